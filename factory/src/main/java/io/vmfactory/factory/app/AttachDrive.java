package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;

/** Gives a leased VM a drive. */
final class AttachDrive {
  private final LeaseBook leases;
  private final Path overlays;
  private final Observer observer;

  /**
   * @param overlays where copy-on-write files are made
   */
  AttachDrive(LeaseBook leases, Path overlays, Observer observer) {
    this.leases = leases;
    this.overlays = overlays;
    this.observer = observer;
  }

  GrantedDrive run(DriveRequest request, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      Laps laps = new Laps();
      DriveImage image =
          new DriveImage(
              AbsolutePath.of("path", request.path()),
              request.mode(),
              overlays,
              opened -> requireAllowed(request, opened));
      DrivePlace place = leases.use(request.lease(), vm -> vm.drives().attach(image, deadline));
      laps.lap("attach");
      observer.attached(place.mode().name(), place.hotPlugged(), since(begun));
      return new GrantedDrive(place, request.path(), laps.all());
    } catch (RuntimeException | Error e) {
      observer.failed(Verb.ATTACH_DRIVE, e, since(begun));
      throw explained(e);
    }
  }

  /**
   * Refuses a file that the client could not open itself: the daemon can open more.
   *
   * @param opened the opened file, to which the path may no longer lead
   */
  private static void requireAllowed(DriveRequest request, Path opened) {
    Peer peer = request.peer();
    PosixFileAttributes file = attributes(request.path(), opened);
    boolean allowed =
        peer.trusted()
            || file.owner().equals(peer.user())
            || (request.mode() == DriveMode.READ_ONLY
                && file.permissions().contains(PosixFilePermission.OTHERS_READ));
    if (!allowed) {
      throw new RequestException(
          RequestException.Reason.FORBIDDEN,
          "%s belongs to %s: user %s may not attach it %s"
              .formatted(request.path(), file.owner(), peer.user(), request.mode()));
    }
  }

  private static PosixFileAttributes attributes(String path, Path opened) {
    try {
      return Files.readAttributes(opened, PosixFileAttributes.class);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find out which user owns the file " + path, e);
    }
  }

  /** Returns what to throw: a file that cannot be a drive is the client's mistake. */
  private static RuntimeException explained(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof VmmException e && e.reason() == VmmException.Reason.INVALID
        ? Refusals.invalid(String.valueOf(e.getMessage()))
        : (RuntimeException) failure;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
