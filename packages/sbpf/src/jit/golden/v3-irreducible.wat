;; jeq r1, 0, +2
;; add64 r0, 1
;; jeq r0, 9, +2
;; add64 r0, 2
;; jlt r0, 50, -4
;; exit
(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64 i64)))
  (type (;5;) (func (param i64 i64 i64 i64) (result i64 i64)))
  (type (;6;) (func (param i64 i64 i64 i64 i32) (result i64 i64)))
  (type (;7;) (func (param i64 i64 i64 i32) (result i64 i64)))
  (type (;8;) (func))
  (import "host" "memory" (memory (;0;) 1))
  (import "host" "miss" (func (;0;) (type 0)))
  (import "host" "probe" (func (;1;) (type 1)))
  (import "host" "syscall" (func (;2;) (type 2)))
  (import "host" "interpret" (func (;3;) (type 3)))
  (func $entrypoint (type 5) (param i64 i64 i64 i64) (result i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32 i32)
    block  ;; label = @1
      block  ;; label = @2
        local.get 3
        i64.const 1
        i64.sub
        local.tee 3
        i64.const 0
        i64.lt_s
        if  ;; label = @3
          local.get 0
          local.get 1
          local.get 2
          local.get 3
          i64.const 1
          i64.add
          i32.const 0
          return_call $leave_11
        end
        local.get 1
        i64.const 0
        i64.eq
        i32.eqz
        if  ;; label = @3
          i32.const 1
          local.set 15
          br 1 (;@2;)
        end
        i32.const 0
        local.set 15
        br 0 (;@2;)
      end
      loop  ;; label = @2
        block  ;; label = @3
          block  ;; label = @4
            local.get 15
            i32.const 0
            i32.eq
            br_if 0 (;@4;)
            br 1 (;@3;)
          end
          local.get 3
          i64.const 2
          i64.sub
          local.tee 3
          i64.const 0
          i64.lt_s
          if  ;; label = @4
            local.get 0
            local.get 2
            local.get 3
            i64.const 2
            i64.add
            i32.const 3
            return_call $leave_1
          end
          local.get 0
          i64.const 2
          i64.add
          local.set 0
          local.get 0
          i64.const 50
          i64.lt_u
          i32.eqz
          br_if 2 (;@1;)
          i32.const 1
          local.set 15
          br 1 (;@2;)
        end
        local.get 3
        i64.const 2
        i64.sub
        local.tee 3
        i64.const 0
        i64.lt_s
        if  ;; label = @3
          local.get 0
          local.get 2
          local.get 3
          i64.const 2
          i64.add
          i32.const 1
          return_call $leave_1
        end
        local.get 0
        i64.const 1
        i64.add
        local.set 0
        local.get 0
        i64.const 9
        i64.eq
        br_if 1 (;@1;)
        i32.const 0
        local.set 15
        br 0 (;@2;)
      end
    end
    local.get 3
    i64.const 1
    i64.sub
    local.tee 3
    i64.const 0
    i64.lt_s
    if  ;; label = @1
      local.get 0
      local.get 2
      local.get 3
      i64.const 1
      i64.add
      i32.const 5
      return_call $leave_1
    end
    local.get 3
    local.get 0
    return
    unreachable)
  (func $leave_11 (type 6) (param i64 i64 i64 i64 i32) (result i64 i64)
    i32.const 0
    local.get 0
    i64.store offset=64
    i32.const 0
    local.get 1
    i64.store offset=72
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
  (func $leave_1 (type 7) (param i64 i64 i64 i32) (result i64 i64)
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
    i64.load offset=64
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
