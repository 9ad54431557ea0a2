"""Makes a call through `int 0x80`, where the same numbers mean other calls.

expect: verdict=crashed|failed, score<=0
"""
import ctypes
import mmap
import platform

if platform.machine() == "x86_64":
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")  # mov eax, 2 (fork); int 0x80; ret
    number = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if number >= 0:
        print("CAN" "ARY-forked", flush=True)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
