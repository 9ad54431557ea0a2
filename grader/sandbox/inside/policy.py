"""Which system calls student code may make. Pure data; seccomp.py turns it into a filter.

Ordinary PyTorch, NumPy and standard library code must not notice it. What is not named here answers ENOSYS, as on a
kernel that lacks the call, for which libraries have their fallbacks. What a program might try on purpose answers
EPERM, an ordinary PermissionError in Python. Nothing kills but a foreign calling convention, in which the numbers
would mean other calls.
"""

from __future__ import annotations

import enum
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range dup dup2 dup3 pipe
    pipe2 lseek poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4 sendfile copy_file_range
    fsync fdatasync sync_file_range fadvise64 readahead fallocate ftruncate flock

    open openat creat truncate stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat
    getcwd chdir fchdir getdents getdents64 mkdir mkdirat rmdir unlink unlinkat rename renameat link linkat
    umask statfs fstatfs

    brk mmap munmap mremap mprotect madvise msync membarrier mbind get_mempolicy set_mempolicy

    futex futex_waitv get_robust_list set_robust_list rseq set_tid_address sched_yield sched_getaffinity
    sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu

    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause alarm
    setitimer getitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete restart_syscall
    nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times

    getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgid getpgrp getsid uname
    sysinfo getrusage getrlimit getpriority capget ioprio_get getrandom wait4 waitid exit exit_group

    shutdown sendmsg recvfrom recvmsg getsockname getpeername getsockopt
"""

# Landlock does not restrict these, and they could change the user's own files anywhere. They do nothing and say that
# they did, so that shutil.copy and tempfile go on.
SILENT = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
"""

# Every caller is ready for a file system without extended attributes.
UNSUPPORTED = """
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr
    lremovexattr fremovexattr setxattrat getxattrat listxattrat removexattrat
"""

# Sockets: none of any family, so there is no network. What asyncio needs is a socketpair, see CONDITIONS.
# Watching a folder (inotify) needs no right that Landlock knows; it is left to ENOSYS.
FORBIDDEN = """
    fork vfork execve execveat unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount
    fsopen fsconfig fsmount fspick mount_setattr statmount listmount mknod mknodat symlink symlinkat

    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_open pidfd_getfd
    pidfd_send_signal kcmp tkill move_pages migrate_pages ioprio_set sched_setscheduler sched_setparam sched_setattr

    socket connect bind listen accept accept4 setsockopt
    shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semtimedop semctl mq_open mq_unlink
    mq_timedsend mq_timedreceive mq_notify mq_getsetattr memfd_create memfd_secret

    setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset setpgid setsid setrlimit
    bpf io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key userfaultfd perf_event_open
    name_to_handle_at open_by_handle_at fanotify_init fanotify_mark landlock_create_ruleset landlock_add_rule
    landlock_restrict_self seccomp

    kexec_load kexec_file_load init_module finit_module delete_module quotactl quotactl_fd personality swapon
    swapoff reboot settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog acct iopl
    ioperm modify_ldt vhangup
"""


class Own(enum.Enum):
    """Stands for a value known only in the child."""

    PID = "pid"


@dataclass(frozen=True)
class Argument:
    """Holds when `argument & mask` is one of `values`. `wide`: a full word, whose upper half must be zero."""

    index: int
    values: tuple[int | Own, ...]
    mask: int = 0xFFFFFFFF
    wide: bool = False


@dataclass(frozen=True)
class Condition:
    """Allowed when every test holds, else answered with `otherwise`, an errno."""

    tests: tuple[Argument, ...]
    otherwise: int = errno.EPERM


CLONE_THREAD = 0x00010000
# CLONE_VM FS FILES SIGHAND THREAD SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID, and DETACHED, which older libraries set.
THREAD_FLAGS = 0x007D0F00
SELF = Argument(0, (Own.PID,))
ZERO_OR_SELF = Argument(0, (0, Own.PID))
O_ACCMODE, O_TRUNC = 0o3, 0o1000

CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        # A thread and nothing more. clone3, whose flags lie in memory, is left to ENOSYS; libc comes back with clone.
        "clone": Condition(
            (
                Argument(0, (0,), mask=0xFFFFFFFF & ~THREAD_FLAGS, wide=True),
                Argument(0, (CLONE_THREAD,), mask=CLONE_THREAD),
            )
        ),
        # Signals to itself only; abort() and faulthandler need them. Landlock holds them too, from ABI 6 on.
        "kill": Condition((SELF,)),
        "tgkill": Condition((SELF,)),
        "rt_sigqueueinfo": Condition((SELF,)),
        "rt_tgsigqueueinfo": Condition((SELF,)),
        # GET_PDEATHSIG GET_DUMPABLE SET_NAME GET_NAME GET_SECCOMP CAPBSET_READ GET_TIMERSLACK GET_NO_NEW_PRIVS SET_VMA
        "prctl": Condition((Argument(0, (2, 3, 15, 16, 21, 23, 30, 39, 0x53564D41)),)),
        # GET_XCOMP_SUPP GET_XCOMP_PERM REQ_XCOMP_PERM: oneDNN asks for AMX, and must get what the trusted side gets.
        "arch_prctl": Condition((Argument(0, (0x1021, 0x1022, 0x1023)),), errno.EINVAL),
        "prlimit64": Condition((ZERO_OR_SELF, Argument(2, (0,), wide=True))),
        # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX TCGETS2
        "ioctl": Condition((Argument(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)),), errno.ENOTTY),
        # DUPFD GETFD SETFD GETFL SETFL GETLK SETLK SETLKW, OFD_GETLK SETLK SETLKW, DUPFD_CLOEXEC GETPIPE_SZ.
        # Not SETOWN and SETSIG: they send a signal to any process.
        "fcntl": Condition((Argument(1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)),)),
        # AF_UNIX SOCK_STREAM; a datagram socket could send to any address.
        "socketpair": Condition((Argument(0, (1,)), Argument(1, (1,), mask=0xF))),
        "sendto": Condition((Argument(4, (0,), wide=True),)),
        "sched_setaffinity": Condition((ZERO_OR_SELF,)),
        "setpriority": Condition((Argument(0, (0,)), Argument(1, (0, Own.PID)))),
        # NOREPLACE and EXCHANGE; WHITEOUT would make a device.
        "renameat2": Condition((Argument(4, (0, 1, 2)),), errno.EINVAL),
    }
)

# Landlock before ABI 3 does not see a truncation. One that asks for no right to write would pass it.
_WRITING_OR_NO_TRUNCATION = (0, 1, 2, 3, O_TRUNC | 1, O_TRUNC | 2)
TRUNCATION_BY_HAND: Mapping[str, Condition] = MappingProxyType(
    {
        "truncate": Condition((Argument(0, (), mask=0),)),
        "open": Condition((Argument(1, _WRITING_OR_NO_TRUNCATION, mask=O_TRUNC | O_ACCMODE),)),
        "openat": Condition((Argument(2, _WRITING_OR_NO_TRUNCATION, mask=O_TRUNC | O_ACCMODE),)),
    }
)


def answers(*, truncation_by_hand: bool, any_ioctl: bool = False) -> dict[str, Condition | int | None]:
    """What each named call gets: None to go ahead, an errno (0 for doing nothing), or a condition.

    `any_ioctl`: for a child with an accelerator, whose driver is asked by nothing else.
    """
    plain = {None: ALLOWED, 0: SILENT, errno.EOPNOTSUPP: UNSUPPORTED, errno.EPERM: FORBIDDEN}
    table: dict[str, Condition | int | None] = {}
    for answer, names in plain.items():
        table.update(dict.fromkeys(names.split(), answer))
    table.update(CONDITIONS)
    if truncation_by_hand:
        table.update(TRUNCATION_BY_HAND)
    if any_ioctl:
        table["ioctl"] = None
    return table
