package io.vmfactory.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The functions of OpenSSL's libcrypto that this room calls, if the host has the library. Every
 * version since 1.1 has them. Each returns 1.
 */
final class CryptoLibrary {
  /** Bytes of a context; the library's own structure has 112. */
  static final int CONTEXT_BYTES = 128;

  static final boolean PRESENT = bind(List.of("libcrypto.so.3", "libcrypto.so.1.1"));

  private CryptoLibrary() {}

  /** Binds the functions to the first library that can be loaded. Returns false if none can. */
  static boolean bind(List<String> names) {
    for (String name : names) {
      try {
        Native.register(CryptoLibrary.class, name);
        return true;
      } catch (UnsatisfiedLinkError e) {
        // The next one may exist.
      }
    }
    return false;
  }

  static native int SHA256_Init(Pointer context);

  static native int SHA256_Update(Pointer context, byte[] data, long length);

  /**
   * @param data a direct buffer; its position and limit count for nothing
   */
  static native int SHA256_Update(Pointer context, ByteBuffer data, long length);

  static native int SHA256_Final(byte[] digest, Pointer context);
}
