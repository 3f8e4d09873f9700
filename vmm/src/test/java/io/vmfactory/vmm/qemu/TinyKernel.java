package io.vmfactory.vmm.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A kernel that halts at once and for ever: all that is needed to test the VMM around it. */
public final class TinyKernel {
  private static final int MAGIC = 0x1BADB002; // Multiboot 0.6.96, section 3.1
  private static final int ADDRESSES_FOLLOW = 0x10000;
  private static final int LOAD = 0x100000;
  private static final int HEADER_BYTES = 32;
  private static final int ZEROS = LOAD + 20;
  private static final byte[] HALT_FOR_EVER = {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd};

  private TinyKernel() {}

  /** Writes it to {@code file}. */
  public static Path write(Path file) {
    return write(file, HALT_FOR_EVER);
  }

  /** Writes another to {@code file}, which ends its VM: an interrupt without a table resets it. */
  public static Path writeEnding(Path file) {
    ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    code.put(new byte[] {0x0f, 0x01, 0x1d}).putInt(ZEROS).put((byte) 0xcc); // lidt [ZEROS]; int3
    return write(file, code.array());
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
