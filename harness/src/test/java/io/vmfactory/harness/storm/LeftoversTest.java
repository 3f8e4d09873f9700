package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir private Path vms;

  @Test
  void asManyAsTheDaemonSaysEachWithAFolder() {
    assertThat(new Leftovers(Set.of("a", "b"), Set.of("a", "b")).complaints(2)).isEmpty();
  }

  @Test
  void aProcessTooManyIsReportedByName() {
    assertThat(new Leftovers(Set.of("a", "b"), Set.of("a", "b")).complaints(1))
        .singleElement()
        .asString()
        .contains("reports 1 VMs", "these 2 run", "a", "b");
  }

  @Test
  void aVmThatOnlyTheDaemonListsIsReported() {
    assertThat(new Leftovers(Set.of(), Set.of()).complaints(1)).hasSize(1);
  }

  @Test
  void aFolderWithoutAVmIsReported() {
    assertThat(new Leftovers(Set.of("a"), Set.of("a", "c")).complaints(1))
        .singleElement()
        .asString()
        .contains("folders: [", "c");
  }

  @Test
  void aFolderLeftBehindIsFoundWhenTheTimeIsOver() throws Exception {
    Files.createDirectory(vms.resolve("c"));
    Leftovers left = Leftovers.look(vms, 0, Deadline.after(Duration.ofMillis(50)));
    assertThat(left.folders()).containsExactly("c");
    assertThat(left.complaints(0)).hasSize(1);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aFolderThatIsStillGoingIsWaitedFor() throws Exception {
    Path going = Files.createDirectory(vms.resolve("c"));
    CompletableFuture<Leftovers> left =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Leftovers.look(vms, 0, Deadline.after(Duration.ofSeconds(50)));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    Files.delete(going);
    assertThat(left.join().complaints(0)).isEmpty();
  }
}
