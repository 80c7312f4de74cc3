# The pause program: holds a pod's namespaces. First process of the pod's PID namespace when containers share it, so it must
# reap: SIGCHLD is ignored with SA_NOCLDWAIT, and the kernel reaps. SIGTERM and SIGINT end it with status 0.
# Build: as -o pause.o pause-x86_64.s && ld -n -s --build-id=none -z noseparate-code -o pause pause.o
.globl _start
.text
_start:
    movl $17, %edi                  # SIGCHLD
    leaq ignore(%rip), %rsi
    call action
    movl $15, %edi                  # SIGTERM
    leaq stop(%rip), %rsi
    call action
    movl $2, %edi                   # SIGINT
    leaq stop(%rip), %rsi
    call action
wait:
    movl $34, %eax                  # pause
    syscall
    jmp wait
action:
    xorl %edx, %edx
    movl $8, %r10d                  # size of a signal set
    movl $13, %eax                  # rt_sigaction
    syscall
    ret
finish:
    xorl %edi, %edi
    movl $60, %eax                  # exit
    syscall
.balign 8
ignore: .quad 1, 0x2, 0, 0          # SIG_IGN, SA_NOCLDWAIT
stop:   .quad finish, 0x04000000, finish, 0  # SA_RESTORER: the kernel wants one, though finish never returns
