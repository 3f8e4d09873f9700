package io.vmfactory.vmm.qemu;

import java.util.HexFormat;

/**
 * The smallest guest that takes the path of a Linux kernel's first instructions: real mode,
 * protected mode, page tables, control registers, EFER through RDMSR and WRMSR, long mode, CPUID.
 * After each stage it writes a letter to port 0x402 (isa-debugcon), and at the end 42 to port 0x501
 * (isa-debug-exit). A KVM that runs only guests made for it stops somewhere on this path.
 */
final class ProbeGuest {
  /** QEMU's exit code when the guest reached its end: isa-debug-exit gives 2 * 42 + 1. */
  static final int PASSED = 85;

  private static final int IMAGE_BYTES = 64 * 1024;
  private static final int RESET_VECTOR = 0xfff0;

  /** The code, loaded at 0xf0000; the comments show the assembly. */
  private static final String CODE =
      // cli; mov dx,0x402; mov al,'R'; out dx,al; xor ax,ax; mov ss,ax; mov sp,0x7000
      "fa ba0204 b052 ee 31c0 8ed0 bc0070"
          // lgdt cs:[gdt]; mov eax,cr0; or eax,1; mov cr0,eax; jmp 8:0xf0027
          + "2e660f0116e800 0f20c0 6683c801 0f22c0 66ea27000f000800"
          // 32 bits: mov ax,16; mov ds,ax; mov es,ax; mov ss,ax; mov esp,0x7000
          + "66b81000 8ed8 8ec0 8ed0 bc00700000"
          // mov al,'P'; mov dx,0x402; out dx,al
          + "b050 66ba0204 ee"
          // three zeroed pages at 0x10000; PML4[0], PDPT[0], PD[0] = 2 MiB at 0
          + "bf00000100 31c0 b9000c0000 fc f3ab"
          + "c7050000010003100100 c7050010010003200100 c7050020010083000000"
          // mov al,'T'; mov dx,0x402; out dx,al
          + "b054 66ba0204 ee"
          // mov eax,cr4; or eax,PAE; mov cr4,eax; mov eax,0x10000; mov cr3,eax; 'C'
          + "0f20e0 83c820 0f22e0 b800000100 0f22d8 b043 ee"
          // mov ecx,EFER; rdmsr; or eax,LME; wrmsr; mov dx,0x402; 'M'
          + "b9800000c0 0f32 0d00010000 0f30 66ba0204 b04d ee"
          // mov eax,cr0; or eax,PG+PE; mov cr0,eax; jmp 24:0xf00ac
          + "0f20c0 0d01000080 0f22c0 eaac000f001800"
          // 64 bits: mov dx,0x402; 'L'; xor eax,eax; cpuid; mov dx,0x402; 'I'
          + "66ba0204 b04c ee 31c0 0fa2 66ba0204 b049 ee"
          // mov dx,0x501; mov al,42; out dx,al; hlt; jmp $-1
          + "66ba0105 b02a ee f4 ebfd"
          // descriptors: null, code 32, data, code 64; then limit and base for lgdt
          + "0000000000000000 ffff0000009acf00 ffff00000092cf00 ffff0000009aaf00"
          + "1f00 c8000f00";

  private static final String JUMP_TO_CODE = "ea000000f0"; // jmp 0xf000:0

  private ProbeGuest() {}

  /** Returns a firmware image for {@code -bios}. */
  static byte[] image() {
    byte[] image = new byte[IMAGE_BYTES];
    put(image, 0, CODE);
    put(image, RESET_VECTOR, JUMP_TO_CODE);
    return image;
  }

  private static void put(byte[] image, int at, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    System.arraycopy(bytes, 0, image, at, bytes.length);
  }

  /** Returns the last stage of a guest that wrote {@code letters}, for people. */
  static String lastStage(String letters) {
    String[] stages = {
      "real mode",
      "protected mode",
      "building page tables",
      "setting control registers",
      "setting a model-specific register",
      "long mode",
      "CPUID"
    };
    int count = (int) letters.chars().filter(Character::isLetter).count();
    return stages[Math.max(0, Math.min(count, stages.length) - 1)];
  }
}
