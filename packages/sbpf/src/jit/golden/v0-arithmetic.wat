;; mov64 r0, 5
;; lddw r2, 0x123456789
;; add64 r0, r2
;; add32 r0, 7
;; be32 r0
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i32) (result i64 i64)))
  (type (;7;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32)
    local.get 1
    i64.const 6
    i64.sub
    local.tee 1
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      i64.const 6
      i64.add
      i32.const 0
      return_call $leave_0
    end
    i64.const 5
    local.set 2
    i64.const 4886718345
    local.set 4
    local.get 2
    local.get 4
    i64.add
    local.set 2
    local.get 2
    i32.wrap_i64
    i32.const 7
    i32.add
    i64.extend_i32_s
    local.set 2
    local.get 2
    local.tee 13
    i64.const 8
    i64.shr_u
    i64.const 71777214294589695
    i64.and
    local.get 13
    i64.const 71777214294589695
    i64.and
    i64.const 8
    i64.shl
    i64.or
    local.tee 13
    i64.const 16
    i64.shr_u
    i64.const 281470681808895
    i64.and
    local.get 13
    i64.const 281470681808895
    i64.and
    i64.const 16
    i64.shl
    i64.or
    i64.const 32
    i64.shl
    i64.const 32
    i64.shr_u
    local.set 2
    local.get 1
    local.get 2
    return
    unreachable)
  (func $leave_0 (type 6) (param i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=144
    i32.const 0
    local.get 1
    i64.store offset=160
    local.get 2
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $run (type 7)
    (local i64)
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
