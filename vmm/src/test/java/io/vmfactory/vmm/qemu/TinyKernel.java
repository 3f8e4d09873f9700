package io.vmfactory.vmm.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A kernel that halts at once and for ever: enough to test the VMM around it. */
public final class TinyKernel {
  private static final int MAGIC = 0x1BADB002; // Multiboot 0.6.96, section 3.1
  private static final int ADDRESSES_FOLLOW = 0x10000;
  private static final int LOAD = 0x100000;
  private static final int HEADER_BYTES = 32;
  private static final int ZEROS = LOAD + 20;
  private static final int SLOTS = 0xa00;
  static final int COUNTER = 0x200000;
  static final int COPY = 0x201000;

  /** mov byte [COUNTER], 1 */
  private static final byte[] RUNS = {(byte) 0xc6, 0x05, 0, 0, 0x20, 0, 1};

  private static final byte[] HALT_FOR_EVER = {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd};

  private TinyKernel() {}

  /** Writes the kernel to {@code file}. The byte at {@link #COUNTER} is 1 when it runs. */
  public static Path write(Path file) {
    return write(file, ByteBuffer.allocate(10).put(RUNS).put(HALT_FOR_EVER).array());
  }

  /**
   * Writes a kernel to {@code file} that ends its VM: an interrupt without a table resets the VM.
   */
  public static Path writeEnding(Path file) {
    ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    code.put(new byte[] {0x0f, 0x01, 0x1d}).putInt(ZEROS).put((byte) 0xcc); // lidt [ZEROS]; int3
    return write(file, code.array());
  }

  /**
   * Writes a kernel to {@code file} that counts for ever: in the four bytes at {@link #COUNTER},
   * and the same number in those at {@link #COPY}, a page further. It writes COPY first.
   */
  public static Path writeCounting(Path file) {
    ByteBuffer code = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    code.put(bytes(0x31, 0xc0)); //                   xor eax, eax
    code.put(bytes(0x40)); //                   next: inc eax
    code.put((byte) 0xa3).putInt(COPY); //            mov [COPY], eax
    code.put((byte) 0xa3).putInt(COUNTER); //         mov [COUNTER], eax
    int jump = code.position() + 2;
    code.put(bytes(0xeb, 2 - jump)); //               jmp next
    return write(file, code.array());
  }

  /**
   * Writes a kernel to {@code file} that handles plugged memory as a guest's ACPI driver does. It
   * first sets the byte at {@link #COUNTER} to 1. Then it watches the slots' registers (QEMU,
   * docs/specs/acpi_mem_hotplug) and answers with {@code status}.
   *
   * @param status 0 = accepted
   */
  public static Path writeAnswering(Path file, int status) {
    ByteBuffer code = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    code.put(RUNS);
    code.put(bytes(0x31, 0xc9)); //                   xor ecx, ecx
    code.put((byte) 0xba).putInt(SLOTS); //     next: mov edx, SLOTS
    code.put(bytes(0x89, 0xc8, 0xef)); //             mov eax, ecx; out dx, eax: select slot
    code.put(bytes(0xb2, 0x14, 0xec)); //             mov dl, 0x14; in al, dx: its flags
    code.put(bytes(0xa8, 0x02, 0x74, 19)); //         test al, 2; jz skip: nothing inserted
    code.put(bytes(0xb0, 0x02, 0xee)); //             mov al, 2; out dx, al: seen
    code.put(bytes(0xb2, 0x04, 0xb8)).putInt(1); //   mov dl, 4; mov eax, 1: device check
    code.put(bytes(0xef)); //                         out dx, eax
    code.put(bytes(0xb2, 0x08, 0xb8)).putInt(status); // mov dl, 8; mov eax, status
    code.put(bytes(0xef)); //                         out dx, eax: the answer
    code.put(bytes(0x41, 0x83, 0xe1, 0x01)); // skip: inc ecx; and ecx, 1: two slots
    int jump = code.position() + 2;
    code.put(bytes(0xeb, RUNS.length + 2 - jump)); //               jmp next
    return write(file, code.array());
  }

  private static byte[] bytes(int... all) {
    byte[] bytes = new byte[all.length];
    for (int i = 0; i < all.length; i++) {
      bytes[i] = (byte) all[i];
    }
    return bytes;
  }

  private static Path write(Path file, byte[] code) {
    ByteBuffer image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(MAGIC).putInt(ADDRESSES_FOLLOW).putInt(-(MAGIC + ADDRESSES_FOLLOW));
    image.putInt(LOAD).putInt(LOAD).putInt(0).putInt(0).putInt(LOAD + HEADER_BYTES);
    image.put(code);
    try {
      return Files.write(file, image.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
