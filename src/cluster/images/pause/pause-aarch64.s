// The pause program for arm64; see pause-x86_64.s.
// Build: as -o pause.o pause-aarch64.s && ld -n -s --build-id=none -z noseparate-code -o pause pause.o
.globl _start
.text
_start:
    mov x0, #17                     // SIGCHLD
    adr x1, ignore
    bl action
    mov x0, #15                     // SIGTERM
    adr x1, stop
    bl action
    mov x0, #2                      // SIGINT
    adr x1, stop
    bl action
wait:
    mov x0, #0
    mov x1, #0
    mov x2, #0
    mov x3, #0
    mov x8, #73                     // ppoll without end
    svc #0
    b wait
action:
    mov x2, #0
    mov x3, #8                      // size of a signal set
    mov x8, #134                    // rt_sigaction
    svc #0
    ret
finish:
    mov x0, #0
    mov x8, #93                     // exit
    svc #0
.balign 8
ignore: .quad 1, 0x2, 0, 0          // SIG_IGN, SA_NOCLDWAIT
stop:   .quad finish, 0, 0, 0
