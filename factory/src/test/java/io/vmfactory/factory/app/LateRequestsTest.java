package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.DriveMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests requests for things that are being taken away: each is served or refused, and none waits
 * on.
 */
final class LateRequestsTest {
  /** The number of places for drives in a VM. */
  private static final int CLIENTS = 2;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  @TempDir private Path root;

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  /**
   * Lets each client repeat {@code request} until it is refused, and takes the thing away
   * meanwhile.
   *
   * @param refused gets the refusal
   */
  private void everyRequestEnds(Runnable request, Runnable takeAway, Consumer<Throwable> refused)
      throws Exception {
    CountDownLatch underWay = new CountDownLatch(CLIENTS * 3);
    CompletableFuture<?>[] clients = new CompletableFuture<?>[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      clients[i] =
          CompletableFuture.runAsync(
              () -> {
                Throwable refusal = null;
                while (refusal == null) {
                  refusal = catchThrowable(request::run);
                  underWay.countDown();
                }
                refused.accept(refusal);
              },
              workers);
    }
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    takeAway.run();
    soon().await(CompletableFuture.allOf(clients), "every client to be refused");
  }

  private static void getAndRelease(TestFactory factory, VmRequest request) {
    factory.cases.vms().release(Peer.daemon(), factory.get(request).lease().id());
  }

  private static void refusedFor(Throwable refusal, Reason reason) {
    assertThat(refusal)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @RepeatedTest(20)
  void everyGetVmEndsWhoseTemplateIsDeleted() throws Exception {
    try (TestFactory factory = new TestFactory(root)) {
      TemplateInfo template = factory.template(1, 256);
      everyRequestEnds(
          () -> getAndRelease(factory, on(Route.TEMPLATE)),
          () -> factory.cases.templates().delete(Peer.daemon(), template.key().hex(), soon()),
          refusal ->
              assertThat(refusal).isInstanceOfAny(RequestException.class, TemplateException.class));
      factory.assertNothingLeft();
    }
  }

  @RepeatedTest(20)
  void everyGetVmEndsThatComesWhileTheDaemonShutsDown() throws Exception {
    TestFactory factory = new TestFactory(root, 10_000); // No VM is given back.
    factory.template(1, 256);
    everyRequestEnds(
        () -> factory.get(any()),
        () -> factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon()),
        refusal -> refusedFor(refusal, Reason.SHUTTING_DOWN));
    factory.assertNothingLeft();
    factory.close();
  }

  @RepeatedTest(20)
  void everyAttachDriveEndsWhoseVmIsReleased(@TempDir Path elsewhere) throws Exception {
    try (TestFactory factory = new TestFactory(root)) {
      Path image = Files.write(elsewhere.resolve("image"), new byte[4096]);
      factory.template(1, 256);
      LeaseId lease = factory.get(any()).lease().id();
      DriveRequest drive =
          new DriveRequest(lease, image.toString(), DriveMode.READ_ONLY, Peer.daemon());
      everyRequestEnds(
          () -> {
            var attached = factory.cases.attachments().attachDrive(drive, soon());
            DriveId id = new DriveId(attached.place().id());
            factory.cases.attachments().detachDrive(Peer.daemon(), lease, id, soon());
          },
          () -> factory.cases.vms().release(Peer.daemon(), lease),
          refusal -> refusedFor(refusal, Reason.NOT_FOUND));
      factory.assertNothingLeft();
    }
  }
}
