;; ldxdw r2, [r1+8]
;; stxw [r1+16], r2
;; ldxb r3, [r1+0]
;; ldxh r0, [r2-4]
;; add64 r0, r3
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func (param i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;8;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32 i32)
    local.get 2
    i64.const 6
    i64.sub
    local.tee 2
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 6
      i64.add
      i32.const 0
      return_call $leave_10
    end
    local.get 0
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
    i64.lt_u
    local.get 13
    i64.const 20
    i64.add
    local.get 14
    i64.load offset=456
    i64.le_u
    i32.and
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
      i32.const 5243162
      call $stack_miss
    end
    local.tee 15
    i32.const 0
    i32.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      i64.const 6
      i64.add
      i32.const 0
      return_call $leave_10
    end
    local.get 15
    i64.load offset=8 align=1
    local.set 4
    local.get 15
    local.get 4
    i64.store32 offset=16 align=1
    local.get 15
    i64.load8_u
    local.set 5
    local.get 4
    i64.const -4
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
    i64.load offset=192
    i64.sub
    local.tee 13
    local.get 14
    i64.load offset=200
    i64.const 1
    i64.sub
    i64.lt_u
    if (result i32)  ;; label = @1
      local.get 13
      i32.wrap_i64
      local.get 14
      i32.load offset=208
      i32.add
    else
      local.get 12
      i32.wrap_i64
      local.get 12
      i64.const 32
      i64.shr_u
      i32.wrap_i64
      i32.const 524296
      call $stack_miss
    end
    local.tee 16
    i32.const 0
    i32.lt_s
    if  ;; label = @1
      local.get 4
      local.get 5
      local.get 1
      local.get 2
      i64.const 3
      i64.add
      i32.const 3
      return_call $leave_1100
    end
    local.get 16
    i64.load16_u align=1
    local.set 3
    local.get 3
    local.get 5
    i64.add
    local.set 3
    local.get 2
    local.get 3
    return
    unreachable)
  (func $leave_10 (type 6) (param i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=72
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
  (func $stack_miss (type 0) (param i32 i32 i32) (result i32)
    (local i32 i32 i64)
    local.get 1
    i32.const 2
    i32.eq
    local.get 0
    i32.const 524288
    i32.lt_u
    i32.and
    local.get 0
    i32.const 4096
    i32.and
    i32.eqz
    i32.and
    local.get 0
    i32.const 4095
    i32.and
    local.get 2
    i32.const 18
    i32.shr_u
    i32.add
    i32.const 4096
    i32.le_u
    i32.and
    if (result i32)  ;; label = @1
      local.get 0
      i32.const -8192
      i32.and
      i64.extend_i32_u
      i64.const 8589934592
      i64.or
      local.set 5
      local.get 2
      i32.const 2
      i32.and
      if (result i32)  ;; label = @2
        local.get 5
        i64.const 4096
        i64.add
        i32.const 0
        i64.load offset=176
        i64.gt_u
        if  ;; label = @3
          i32.const 0
          local.get 5
          i64.const 4096
          i64.add
          i64.store offset=176
        end
        i32.const 512
      else
        i32.const 256
      end
      local.tee 3
      local.get 5
      i64.store
      local.get 3
      i64.const 4096
      i64.store offset=8
      local.get 0
      i32.const 13
      i32.shr_u
      i32.const 12
      i32.shl
      i32.const 0
      i32.load offset=172
      i32.add
      local.set 4
      local.get 3
      local.get 4
      i32.store offset=16
      local.get 4
      local.get 0
      i32.const 4095
      i32.and
      i32.add
    else
      local.get 0
      local.get 1
      local.get 2
      call 0
    end)
  (func $leave_1100 (type 7) (param i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=80
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
  (func $run (type 8)
    (local i64)
    i32.const 0
    i64.load offset=72
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
