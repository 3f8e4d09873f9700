package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
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
              request.peer().fileRights());
      DrivePlace place =
          leases.use(request.peer(), request.lease(), vm -> vm.drives().attach(image, deadline));
      laps.lap("attach");
      observer.attached(place.mode().name(), place.hotPlugged(), since(begun));
      return new GrantedDrive(place, request.path(), laps.all());
    } catch (RuntimeException | Error e) {
      observer.failed(Verb.ATTACH_DRIVE, e, since(begun));
      throw explained(e);
    }
  }

  /** Returns what to throw: a file that cannot be a drive is the client's mistake. */
  private static RuntimeException explained(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return refusal((RuntimeException) failure);
  }

  /** Returns the refusal of a request that named an unusable file, or the failure itself. */
  static RuntimeException refusal(RuntimeException failure) {
    if (!(failure instanceof VmmException e)) {
      return failure;
    }
    return switch (e.reason()) {
      case INVALID -> Refusals.invalid(String.valueOf(e.getMessage()));
      case FORBIDDEN -> Refusals.forbidden(String.valueOf(e.getMessage()));
      default -> failure;
    };
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
