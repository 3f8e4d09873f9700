package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.FileStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether an unchanged listing of a directory proves that its contents are unchanged, too.
 *
 * <p>It does if the kernel sets the change time of a file with every change, and the clock of the
 * file system is not set back: then any change after the listing has a later time. Times are
 * coarse, so a change right after another one may have the same time. A listing is therefore
 * believed only if the last change was some time before it.
 */
final class ChangeTimes {
  /** ext2 to ext4, XFS, btrfs, tmpfs, F2FS, ZFS, bcachefs and overlayfs (statfs(2)). */
  private static final Set<Long> LOCAL =
      Set.of(
          0xEF53L,
          0x58465342L,
          0x9123683EL,
          0x01021994L,
          0xF2F52010L,
          0x2FC12FC1L,
          0xCA451A4EL,
          0x794C7630L);

  private static final long NFS = 0x6969;

  /** The kernel's clock for files goes on every 10 ms or more often. */
  private static final Duration LOCAL_COARSENESS = Duration.ofMillis(20);

  private static final Duration NFS_COARSENESS = Duration.ofSeconds(3);

  private final WallClock clock;

  ChangeTimes(WallClock clock) {
    this.clock = clock;
  }

  /**
   * Returns whether a listing can be believed.
   *
   * @param fileSystem the type of the file system
   * @param last the last change to any of the files
   */
  boolean prove(long fileSystem, FileStatus.Time last) {
    Duration coarseness = fileSystem == NFS ? NFS_COARSENESS : LOCAL_COARSENESS;
    boolean reliable = fileSystem == NFS || LOCAL.contains(fileSystem);
    return reliable && instant(last).isBefore(clock.now().minus(coarseness));
  }

  /** Returns whether a listing can be believed if it is repeated after {@link #pass}. */
  boolean wouldProve(long fileSystem, FileStatus.Time last) {
    return LOCAL.contains(fileSystem) && !instant(last).isAfter(clock.now());
  }

  /** Waits until the clock of the files has gone on. */
  static void pass(Deadline deadline) {
    CompletableFuture<Void> passed = new CompletableFuture<>();
    deadline.await(
        passed.completeOnTimeout(null, 2 * LOCAL_COARSENESS.toMillis(), TimeUnit.MILLISECONDS),
        "the clock");
  }

  private static Instant instant(FileStatus.Time time) {
    return Instant.ofEpochSecond(time.seconds(), time.nanos());
  }
}
