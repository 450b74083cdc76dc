;; jeq r1, 1, +2
;; mov64 r0, 1
;; ja +1
;; mov64 r0, 2
;; add64 r0, 10
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func (param i64 i64 i32) (result i64 i64)))
  (type (;8;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32)
    block  ;; label = @1
      local.get 2
      i64.const 1
      i64.sub
      local.tee 2
      i64.const 0
      i64.lt_s
      if  ;; label = @2
        local.get 0
        local.get 1
        local.get 2
        i64.const 1
        i64.add
        i32.const 0
        return_call $leave_10
      end
      local.get 0
      i64.const 1
      i64.eq
      if  ;; label = @2
        local.get 2
        i64.const 1
        i64.sub
        local.tee 2
        i64.const 0
        i64.lt_s
        if  ;; label = @3
          local.get 1
          local.get 2
          i64.const 1
          i64.add
          i32.const 3
          return_call $leave_0
        end
        i64.const 2
        local.set 3
        br 1 (;@1;)
      end
      local.get 2
      i64.const 2
      i64.sub
      local.tee 2
      i64.const 0
      i64.lt_s
      if  ;; label = @2
        local.get 1
        local.get 2
        i64.const 2
        i64.add
        i32.const 1
        return_call $leave_0
      end
      i64.const 1
      local.set 3
      br 0 (;@1;)
    end
    local.get 2
    i64.const 2
    i64.sub
    local.tee 2
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 3
      local.get 1
      local.get 2
      i64.const 2
      i64.add
      i32.const 4
      return_call $leave_1
    end
    local.get 3
    i64.const 10
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
  (func $leave_0 (type 7) (param i64 i64 i32) (result i64 i64)
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
