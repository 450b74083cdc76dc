;; add64 r10, -64
;; stdw [r10+8], 7
;; call function_f
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
  (type (;5;) (func (param i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32)
    local.get 2
    i64.const 3
    i64.sub
    local.tee 2
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 3
      i64.add
      i32.const 0
      return_call $leave_1000000
    end
    local.get 1
    i64.const -64
    i64.add
    local.set 1
    local.get 1
    i64.const 8
    i64.add
    local.tee 12
    i64.const 27
    i64.shr_u
    i32.wrap_i64
    i32.const 224
    i32.and
    local.set 14
    local.get 12
    local.get 14
    i64.load offset=448
    i64.sub
    local.tee 13
    local.get 14
    i64.load offset=456
    i64.const 7
    i64.sub
    i64.lt_u
    if (result i32)  ;; label = @1
      local.get 13
      i32.wrap_i64
      local.get 14
      i32.load offset=464
      i32.add
    else
      local.get 12
      i32.wrap_i64
      local.get 12
      i64.const 32
      i64.shr_u
      i32.wrap_i64
      i32.const 2097179
      call 0
    end
    local.tee 15
    i32.const 0
    i32.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 2
      i64.add
      i32.const 1
      return_call $leave_1000000
    end
    local.get 15
    i64.const 7
    i64.store align=1
    i32.const 0
    i32.load offset=168
    i32.const 63
    i32.ge_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 1
      i64.add
      i32.const 2
      return_call $leave_1000000
    end
    i32.const 0
    i32.const 0
    i32.load offset=168
    i32.const 1
    i32.add
    i32.store offset=168
    local.get 0
    local.get 1
    local.get 2
    call $function_f
    local.set 3
    local.set 2
    i32.const 0
    i32.const 0
    i32.load offset=168
    i32.const 1
    i32.sub
    i32.store offset=168
    local.get 2
    i64.const 1
    i64.sub
    local.tee 2
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 3
      local.get 1
      local.get 2
      i64.const 1
      i64.add
      i32.const 3
      return_call $leave_1
    end
    local.get 2
    local.get 3
    return
    unreachable)
  (func $function_f (type 5) (param i64 i64 i64) (result i64 i64)
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
      i32.const 4
      return_call $leave_1000000
    end
    local.get 0
    local.set 3
    local.get 2
    local.get 3
    return
    unreachable)
  (func $leave_1000000 (type 6) (param i64 i64 i64 i32) (result i64 i64)
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
  (func $leave_1 (type 6) (param i64 i64 i64 i32) (result i64 i64)
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
  (func $run (type 7)
    (local i64)
    i32.const 0
    i64.load offset=112
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
  (export "run" (func $run)))
