;; uhmul64 r1, r2
;; sdiv64 r1, r3
;; mov64 r0, r1
;; sub64 r0, 5
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func (param i64 i64) (result i64)))
  (type (;8;) (func (param i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;9;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i32)
    local.get 4
    i64.const 5
    i64.sub
    local.tee 4
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i64.const 5
      i64.add
      i32.const 0
      return_call $leave_1110
    end
    local.get 0
    local.get 1
    call $multiply_high
    local.set 0
    local.get 0
    i64.const -9223372036854775808
    i64.eq
    local.get 2
    i64.const -1
    i64.eq
    i32.and
    if  ;; label = @1
      local.get 0
      local.get 2
      local.get 3
      local.get 4
      i64.const 4
      i64.add
      i32.const 1
      return_call $leave_1010
    end
    local.get 2
    i64.eqz
    if  ;; label = @1
      local.get 0
      local.get 2
      local.get 3
      local.get 4
      i64.const 4
      i64.add
      i32.const 1
      return_call $leave_1010
    end
    local.get 0
    local.get 2
    i64.div_s
    local.set 0
    local.get 0
    local.set 5
    i64.const 5
    local.get 5
    i64.sub
    local.set 5
    local.get 4
    local.get 5
    return
    unreachable)
  (func $leave_1110 (type 6) (param i64 i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=72
    i32.const 0
    local.get 1
    i64.store offset=80
    i32.const 0
    local.get 2
    i64.store offset=88
    i32.const 0
    local.get 3
    i64.store offset=144
    i32.const 0
    local.get 4
    i64.store offset=160
    local.get 5
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $multiply_high (type 7) (param i64 i64) (result i64)
    (local i64)
    local.get 0
    i64.const 4294967295
    i64.and
    local.get 1
    i64.const 32
    i64.shr_u
    i64.mul
    local.get 0
    i64.const 4294967295
    i64.and
    local.get 1
    i64.const 4294967295
    i64.and
    i64.mul
    i64.const 32
    i64.shr_u
    i64.add
    local.set 2
    local.get 0
    i64.const 32
    i64.shr_u
    local.get 1
    i64.const 32
    i64.shr_u
    i64.mul
    local.get 2
    i64.const 32
    i64.shr_u
    i64.add
    local.get 0
    i64.const 32
    i64.shr_u
    local.get 1
    i64.const 4294967295
    i64.and
    i64.mul
    local.get 2
    i64.const 4294967295
    i64.and
    i64.add
    i64.const 32
    i64.shr_u
    i64.add)
  (func $leave_1010 (type 8) (param i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=72
    i32.const 0
    local.get 1
    i64.store offset=88
    i32.const 0
    local.get 2
    i64.store offset=144
    i32.const 0
    local.get 3
    i64.store offset=160
    local.get 4
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $run (type 9)
    (local i64)
    i32.const 0
    i64.load offset=72
    i32.const 0
    i64.load offset=80
    i32.const 0
    i64.load offset=88
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
