package io.vmfactory.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/** A SHA-256 that libcrypto computes. Needs {@link CryptoLibrary#PRESENT}. */
final class NativeSha256 extends MessageDigest {
  private static final int DIGEST_BYTES = 32;

  private final Memory context = new Memory(CryptoLibrary.CONTEXT_BYTES);

  NativeSha256() {
    super("SHA-256");
    engineReset();
  }

  @Override
  protected int engineGetDigestLength() {
    return DIGEST_BYTES;
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    // The call copies a whole array.
    boolean whole = length == input.length;
    byte[] part = whole ? input : Arrays.copyOfRange(input, offset, offset + length);
    CryptoLibrary.SHA256_Update(context, part, length);
  }

  @Override
  protected void engineUpdate(ByteBuffer input) {
    if (!input.isDirect()) {
      super.engineUpdate(input);
      return;
    }
    CryptoLibrary.SHA256_Update(context, input.slice(), input.remaining());
    input.position(input.limit());
  }

  @Override
  protected byte[] engineDigest() {
    byte[] digest = new byte[DIGEST_BYTES];
    CryptoLibrary.SHA256_Final(digest, context);
    engineReset();
    return digest;
  }

  @Override
  protected void engineReset() {
    CryptoLibrary.SHA256_Init(context);
  }
}
