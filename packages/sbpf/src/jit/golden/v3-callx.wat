;; lddw r2, 0x100000028
;; mov64 r6, 1
;; callx r2
;; exit
;; function_f:
;; mov64 r0, r6
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64) (result i64 i64)))
  (type (;7;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;8;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;9;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;10;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (import "host" "callMap" (global (;0;) i32))
  (func $entrypoint (type 5) (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i32)
    local.get 9
    i64.const 3
    i64.sub
    local.tee 9
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i64.const 3
      i64.add
      i32.const 0
      return_call $leave_1110111011
    end
    i64.const 4294967336
    local.set 10
    i64.const 1
    local.set 11
    local.get 10
    i64.const 4294967296
    i64.sub
    local.tee 12
    i64.const 56
    i64.ge_u
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 10
      local.get 2
      local.get 3
      local.get 4
      local.get 11
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i64.const 1
      i64.add
      i32.const 3
      return_call $leave_1111111111
    end
    local.get 12
    i32.wrap_i64
    i32.const 3
    i32.shr_u
    i32.const 1
    i32.shl
    global.get 0
    i32.add
    i32.load16_u
    local.tee 14
    i32.eqz
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 10
      local.get 2
      local.get 3
      local.get 4
      local.get 11
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i64.const 1
      i64.add
      i32.const 3
      return_call $leave_1111111111
    end
    local.get 8
    i64.const 8590196736
    i64.ge_u
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 10
      local.get 2
      local.get 3
      local.get 4
      local.get 11
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i64.const 1
      i64.add
      i32.const 3
      return_call $leave_1111111111
    end
    local.get 0
    local.get 1
    local.get 10
    local.get 2
    local.get 3
    local.get 4
    local.get 11
    local.get 5
    local.get 6
    local.get 7
    local.get 8
    i64.const 4096
    i64.add
    local.get 9
    local.get 14
    call_indirect (type 4)
    local.set 0
    local.set 9
    local.get 9
    i64.const 1
    i64.sub
    local.tee 9
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 8
      local.get 9
      i64.const 1
      i64.add
      i32.const 4
      return_call $leave_1
    end
    local.get 9
    local.get 0
    return
    unreachable)
  (func $function_f (type 6) (param i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32)
    local.get 2
    i64.const 2
    i64.sub
    local.tee 2
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 2
      i64.add
      i32.const 5
      return_call $leave_1000000
    end
    local.get 0
    local.set 3
    local.get 2
    local.get 3
    return
    unreachable)
  (func $leave_1110111011 (type 7) (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=64
    i32.const 0
    local.get 1
    i64.store offset=72
    i32.const 0
    local.get 2
    i64.store offset=88
    i32.const 0
    local.get 3
    i64.store offset=96
    i32.const 0
    local.get 4
    i64.store offset=104
    i32.const 0
    local.get 5
    i64.store offset=120
    i32.const 0
    local.get 6
    i64.store offset=128
    i32.const 0
    local.get 7
    i64.store offset=136
    i32.const 0
    local.get 8
    i64.store offset=144
    i32.const 0
    local.get 9
    i64.store offset=160
    local.get 10
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $leave_1111111111 (type 8) (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=64
    i32.const 0
    local.get 1
    i64.store offset=72
    i32.const 0
    local.get 2
    i64.store offset=80
    i32.const 0
    local.get 3
    i64.store offset=88
    i32.const 0
    local.get 4
    i64.store offset=96
    i32.const 0
    local.get 5
    i64.store offset=104
    i32.const 0
    local.get 6
    i64.store offset=112
    i32.const 0
    local.get 7
    i64.store offset=120
    i32.const 0
    local.get 8
    i64.store offset=128
    i32.const 0
    local.get 9
    i64.store offset=136
    i32.const 0
    local.get 10
    i64.store offset=144
    i32.const 0
    local.get 11
    i64.store offset=160
    local.get 12
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $leave_1 (type 9) (param i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=64
    i32.const 0
    local.get 1
    i64.store offset=144
    i32.const 0
    local.get 2
    i64.store offset=160
    local.get 3
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $leave_1000000 (type 9) (param i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=112
    i32.const 0
    local.get 1
    i64.store offset=144
    i32.const 0
    local.get 2
    i64.store offset=160
    local.get 3
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func (;10;) (type 4) (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)
    local.get 0
    local.get 1
    local.get 3
    local.get 4
    local.get 5
    local.get 7
    local.get 8
    local.get 9
    local.get 10
    local.get 11
    return_call $entrypoint)
  (func (;11;) (type 4) (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)
    local.get 6
    local.get 10
    local.get 11
    return_call $function_f)
  (func $run (type 10)
    (local i64)
    i32.const 0
    i64.load offset=64
    i32.const 0
    i64.load offset=72
    i32.const 0
    i64.load offset=88
    i32.const 0
    i64.load offset=96
    i32.const 0
    i64.load offset=104
    i32.const 0
    i64.load offset=120
    i32.const 0
    i64.load offset=128
    i32.const 0
    i64.load offset=136
    i32.const 0
    i64.load offset=144
    i32.const 0
    i64.load offset=160
    call $entrypoint
    local.set 0
    i32.const 0
    local.get 0
    i64.store offset=64
    local.set 0
    i32.const 0
    local.get 0
    i64.store offset=160)
  (table (;0;) 3 3 funcref)
  (export "run" (func $run))
  (elem (;0;) (i32.const 1) func 10 11))
