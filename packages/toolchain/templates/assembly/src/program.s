entrypoint:
    mov64 r6, r1
    call function_greet
    ldxdw r1, [r6+0]
    mov64 r2, 0
    mov64 r3, 0
    mov64 r4, 0
    mov64 r5, 0
    syscall sol_log_64_
    mov64 r0, 0
    exit

function_greet:
    lddw r1, 0x6d6f7266206f6c6c
    stxdw [r10-15], r1
    lddw r1, 0x6d736120
    stxw [r10-7], r1
    mov64 r1, 0x6548
    stxh [r10-17], r1
    mov64 r1, r10
    add64 r1, -17
    mov64 r2, 14
    syscall sol_log_
    exit
