package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.linux.DatagramReceiver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SystemdTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private String address;
  private DatagramReceiver manager;

  @BeforeEach
  void listen() {
    address = folder.resolve("notify").toString();
    manager = new DatagramReceiver(address, Duration.ofMillis(1));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Systemd systemd() {
    return Systemd.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "200000"));
  }

  @Test
  void theManagerGetsTheState() {
    systemd().ready("serving");
    assertThat(manager.receive()).isEqualTo("READY=1\nSTATUS=serving");
    systemd().stopping("over");
    assertThat(manager.receive()).isEqualTo("STOPPING=1\nSTATUS=over");
  }

  @Test
  void withoutAManagerNothingIsSent() {
    Systemd absent = Systemd.of(Map.of());
    absent.ready("serving");
    assertThat(absent.watchdog()).isEmpty();
    assertThat(manager.receive()).isEmpty();
  }

  @Test
  void aManagerThatIsGoneIsNoFailure() {
    Systemd.of(Map.of("NOTIFY_SOCKET", folder.resolve("none").toString())).ready("serving");
    assertThat(manager.receive()).isEmpty();
  }

  @Test
  void theWatchdogOfAnotherProcessIsNotOurs() {
    assertThat(systemd().watchdog()).contains(Duration.ofMillis(200));
    Map<String, String> other = Map.of("WATCHDOG_USEC", "200000", "WATCHDOG_PID", "1");
    assertThat(Systemd.of(other).watchdog()).isEmpty();
    String own = Long.toString(ProcessHandle.current().pid());
    Map<String, String> ours = Map.of("WATCHDOG_USEC", "200000", "WATCHDOG_PID", own);
    assertThat(Systemd.of(ours).watchdog()).contains(Duration.ofMillis(200));
    assertThat(Systemd.of(Map.of("WATCHDOG_USEC", "soon")).watchdog()).isEmpty();
  }

  @Test
  void oneThatDoesNotAnswerKeepsTheWatchdogSilent() {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    Map<String, Supplier<CompletionStage<?>>> components = new LinkedHashMap<>();
    components.put("quick", () -> CompletableFuture.completedFuture(null));
    components.put("stuck", () -> answer);
    Watchdog watchdog = new Watchdog(components, systemd());
    watchdog.beat();
    watchdog.beat();
    assertThat(manager.receive()).isEmpty();
    answer.complete(null);
    assertThat(manager.receive()).isEqualTo("WATCHDOG=1");
    assertThat(manager.receive()).isEmpty();
    watchdog.beat();
    assertThat(manager.receive()).isEqualTo("WATCHDOG=1");
  }

  @Test
  void oneThatRefusesOrFailsKeepsItSilentToo() {
    Map<String, Supplier<CompletionStage<?>>> refusing = new LinkedHashMap<>();
    refusing.put(
        "closed",
        () -> {
          throw new RejectedExecutionException("closed");
        });
    new Watchdog(refusing, systemd()).beat();
    new Watchdog(
            Map.of("failed", () -> CompletableFuture.failedFuture(new IllegalStateException())),
            systemd())
        .beat();
    assertThat(manager.receive()).isEmpty();
  }

  @Test
  void itBeatsTwiceInTheSpan() {
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    manager.close();
    String second = folder.resolve("second").toString();
    try (DatagramReceiver patient = new DatagramReceiver(second, LONG)) {
      Systemd often = Systemd.of(Map.of("NOTIFY_SOCKET", second, "WATCHDOG_USEC", "20000"));
      new Watchdog(Map.of("all", () -> CompletableFuture.completedFuture(null)), often)
          .start(timers);
      assertThat(patient.receive()).isEqualTo("WATCHDOG=1");
      assertThat(patient.receive()).isEqualTo("WATCHDOG=1");
    } finally {
      timers.shutdownNow();
      manager = new DatagramReceiver(folder.resolve("third").toString(), LONG);
    }
  }
}
