package io.vmfactory.vmm.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.linux.ExitStatus;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.vmm.VmExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A QEMU process and its output. */
final class QemuProcess {
  private static final int LAST_WORDS_BYTES = 2048;

  /** A killed process is gone in milliseconds, unless the kernel still has to free its memory. */
  private static final Duration END = Duration.ofSeconds(30);

  private final HostProcess process;
  private final Path log;
  private final Bounds bounds;
  private final CompletionStage<VmExit> exited;

  /**
   * @param bounds given back when the process ends
   */
  QemuProcess(HostProcess process, Path log, Bounds bounds) {
    this.process = process;
    this.log = log;
    this.bounds = bounds;
    this.exited = process.exited().thenApply(this::exit);
  }

  private VmExit exit(ExitStatus status) {
    bounds.end();
    return new VmExit(status.code(), status.signal(), lastWords());
  }

  private String lastWords() {
    try (OwnFile file = OwnFile.open(log)) {
      ByteBuffer tail = ByteBuffer.allocate(LAST_WORDS_BYTES);
      file.read(tail, Math.max(0, file.size() - LAST_WORDS_BYTES));
      return new String(tail.array(), 0, tail.position(), UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  HostProcess process() {
    return process;
  }

  Bounds bounds() {
    return bounds;
  }

  CompletionStage<VmExit> exited() {
    return exited;
  }

  /** Kills it and waits until it is gone, even if this thread has been cancelled before. */
  VmExit end() {
    process.end(END);
    return exited.toCompletableFuture().join();
  }
}
