package io.vmfactory.template;

import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;

/**
 * A verified template in memory. Counts its users, the cache being the first; the last to go frees
 * it. Clones need it only while they are started: afterwards they have mapped its memory. A shell
 * keeps the array of its state for as long as it waits.
 */
final class LoadedTemplate implements AutoCloseable {
  private final VmSpec spec;
  private final String digest;
  private final MemoryFile memory;
  private final byte[] state;
  private final long bytes;
  private int users = 1;

  LoadedTemplate(Manifest manifest, MemoryFile memory, byte[] state) {
    this.spec = manifest.spec();
    this.digest = manifest.digest();
    this.memory = memory;
    this.state = state;
    this.bytes = manifest.memory().dataBytes() + state.length;
  }

  VmSpec spec() {
    return spec;
  }

  /** Which snapshot this is, see {@link TemplateInfo#digest()}. */
  String digest() {
    return digest;
  }

  /** Sealed: nobody can alter what the next clone starts from. */
  MemoryFile memory() {
    return memory;
  }

  /** Device state. One array for all; nobody writes to it. */
  byte[] state() {
    return state;
  }

  /** Memory it really holds: data, not holes. */
  long bytes() {
    return bytes;
  }

  /** One more user, who closes it; false when it is freed already. */
  synchronized boolean acquire() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** One user less. */
  @Override
  public synchronized void close() {
    users--;
    if (users == 0) {
      try {
        memory.close();
      } catch (OsException e) {
        throw VmmException.of(e);
      }
    }
  }
}
