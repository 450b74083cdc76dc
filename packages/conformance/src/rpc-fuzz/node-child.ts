/** The fuzzed node in a process of its own: tells its parent where it listens, its memory when asked, its defects. */
import { startFuzzedNode } from './node.ts';

const tell = (message: object): void => {
	process.send?.(message);
};
const node = await startFuzzedNode((defect) => tell({ defect }));
process.on('message', () => {
	void node.memory().then((memory) => tell({ memory }));
});
process.on('disconnect', () => process.exit(0));
tell({ rpcUrl: node.rpcUrl, wsUrl: node.wsUrl });
