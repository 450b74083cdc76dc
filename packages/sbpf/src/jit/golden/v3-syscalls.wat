;; mov64 r3, 8
;; syscall move
;; syscall other
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func (param i64 i64 i64 i64) (result i64)))
  (type (;8;) (func (param i64 i64) (result i64)))
  (type (;9;) (func (param i64 i64) (result i32)))
  (type (;10;) (func (param i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;11;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;12;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64 i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i32)
    local.get 5
    i64.const 2
    i64.sub
    local.tee 5
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i64.const 2
      i64.add
      i32.const 0
      return_call $leave_110110
    end
    i64.const 8
    local.set 7
    local.get 0
    local.get 1
    local.get 7
    local.get 5
    call $memory_move
    local.tee 13
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      i32.const 0
      local.get 0
      i64.store offset=72
      i32.const 0
      local.get 1
      i64.store offset=80
      i32.const 0
      local.get 7
      i64.store offset=88
      i32.const 0
      local.get 2
      i64.store offset=96
      i32.const 0
      local.get 3
      i64.store offset=104
      i32.const 0
      local.get 5
      i64.store offset=160
      i32.const 0
      i32.const 1
      call 2
      i32.const 0
      i64.load offset=64
      local.set 6
      i32.const 0
      i64.load offset=160
      local.set 5
    else
      local.get 13
      local.set 5
      i64.const 0
      local.set 6
    end
    local.get 5
    i64.const 1
    i64.sub
    local.tee 5
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 1
      local.get 7
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i64.const 1
      i64.add
      i32.const 2
      return_call $leave_111110
    end
    i32.const 0
    local.get 0
    i64.store offset=72
    i32.const 0
    local.get 1
    i64.store offset=80
    i32.const 0
    local.get 7
    i64.store offset=88
    i32.const 0
    local.get 2
    i64.store offset=96
    i32.const 0
    local.get 3
    i64.store offset=104
    i32.const 0
    local.get 5
    i64.store offset=160
    i32.const 1
    i32.const 2
    call 2
    i32.const 0
    i64.load offset=64
    local.set 6
    i32.const 0
    i64.load offset=160
    local.set 5
    local.get 5
    i64.const 1
    i64.sub
    local.tee 5
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 6
      local.get 4
      local.get 5
      i64.const 1
      i64.add
      i32.const 3
      return_call $leave_1
    end
    local.get 5
    local.get 6
    return
    unreachable)
  (func $leave_110110 (type 6) (param i64 i64 i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=72
    i32.const 0
    local.get 1
    i64.store offset=80
    i32.const 0
    local.get 2
    i64.store offset=96
    i32.const 0
    local.get 3
    i64.store offset=104
    i32.const 0
    local.get 4
    i64.store offset=144
    i32.const 0
    local.get 5
    i64.store offset=160
    local.get 6
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $memory_move (type 7) (param i64 i64 i64 i64) (result i64)
    (local i64 i32 i32 i32)
    local.get 2
    local.get 3
    call $memory_charge
    local.tee 4
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      i64.const -1
      return
    end
    local.get 0
    local.get 2
    call $store_range
    local.tee 5
    i32.const 0
    i32.lt_s
    if  ;; label = @1
      i64.const -1
      return
    end
    local.get 1
    local.get 2
    call $load_range
    local.tee 6
    i32.const 0
    i32.lt_s
    if  ;; label = @1
      i64.const -1
      return
    end
    local.get 2
    i32.wrap_i64
    local.set 7
    local.get 5
    local.get 6
    local.get 7
    memory.copy
    local.get 4)
  (func $memory_charge (type 8) (param i64 i64) (result i64)
    (local i32 i64)
    local.get 0
    i64.const 1
    i64.sub
    i64.const 67108864
    i64.ge_u
    i32.const 0
    i32.load offset=188
    local.tee 2
    i32.eqz
    i32.or
    if  ;; label = @1
      i64.const -1
      return
    end
    local.get 0
    i32.wrap_i64
    local.get 2
    i32.div_u
    i64.extend_i32_u
    local.tee 3
    i32.const 0
    i64.load32_u offset=184
    local.get 3
    i32.const 0
    i64.load32_u offset=184
    i64.gt_u
    select
    local.set 3
    local.get 1
    local.get 3
    i64.lt_u
    if  ;; label = @1
      i64.const -1
      return
    end
    local.get 1
    local.get 3
    i64.sub)
  (func $store_range (type 9) (param i64 i64) (result i32)
    (local i32 i64)
    local.get 0
    i64.const 27
    i64.shr_u
    i32.wrap_i64
    i32.const 224
    i32.and
    local.set 2
    local.get 0
    local.get 2
    i64.load offset=448
    i64.sub
    local.tee 3
    local.get 2
    i64.load offset=456
    i64.lt_u
    local.get 3
    local.get 1
    i64.add
    local.get 2
    i64.load offset=456
    i64.le_u
    i32.and
    if (result i32)  ;; label = @1
      local.get 3
      i32.wrap_i64
      local.get 2
      i32.load offset=464
      i32.add
    else
      local.get 0
      i32.wrap_i64
      local.get 0
      i64.const 32
      i64.shr_u
      i32.wrap_i64
      local.get 1
      i32.wrap_i64
      i32.const 1
      call 1
    end)
  (func $load_range (type 9) (param i64 i64) (result i32)
    (local i32 i64)
    local.get 0
    i64.const 27
    i64.shr_u
    i32.wrap_i64
    i32.const 224
    i32.and
    local.set 2
    local.get 0
    local.get 2
    i64.load offset=192
    i64.sub
    local.tee 3
    local.get 2
    i64.load offset=200
    i64.lt_u
    local.get 3
    local.get 1
    i64.add
    local.get 2
    i64.load offset=200
    i64.le_u
    i32.and
    if (result i32)  ;; label = @1
      local.get 3
      i32.wrap_i64
      local.get 2
      i32.load offset=208
      i32.add
    else
      local.get 0
      i32.wrap_i64
      local.get 0
      i64.const 32
      i64.shr_u
      i32.wrap_i64
      local.get 1
      i32.wrap_i64
      i32.const 0
      call 1
    end)
  (func $leave_111110 (type 10) (param i64 i64 i64 i64 i64 i64 i64 i32) (result i64 i64)
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
    i64.store offset=96
    i32.const 0
    local.get 4
    i64.store offset=104
    i32.const 0
    local.get 5
    i64.store offset=144
    i32.const 0
    local.get 6
    i64.store offset=160
    local.get 7
    call 3
    i32.const 0
    i64.load offset=160
    i32.const 0
    i64.load offset=64)
  (func $leave_1 (type 11) (param i64 i64 i64 i32) (result i64 i64)
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
  (func $run (type 12)
    (local i64)
    i32.const 0
    i64.load offset=72
    i32.const 0
    i64.load offset=80
    i32.const 0
    i64.load offset=96
    i32.const 0
    i64.load offset=104
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
