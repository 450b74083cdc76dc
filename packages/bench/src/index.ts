/** The bench is run by `npm run bench` (main.ts); nothing imports it. */
export {};
