package io.vmfactory.runtime.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.guest.oci.HostHook;
import io.vmfactory.guest.oci.HostHook.Stage;
import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.runtime.containers.ContainerRecord.Engine;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerRecord.Keeper;
import io.vmfactory.runtime.containers.ContainerRecord.Step;
import io.vmfactory.runtime.folders.FileCopy;
import io.vmfactory.runtime.folders.FolderCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerJournalTest {
  private static final String NOW = "2026-01-01T00:00:00Z";

  @TempDir private Path folder;
  private ContainerJournal journal;

  @BeforeEach
  void open() {
    journal = new ContainerJournal(new SandboxStore(folder));
  }

  private ContainerRecord record(String sandbox, Engine engine) throws IOException {
    Files.createDirectories(folder.resolve(sandbox));
    return new ContainerRecord(
        1,
        "n",
        "c",
        "r",
        sandbox,
        Step.MAKING,
        NOW,
        List.of("sh"),
        Map.of("k", "v"),
        engine,
        null,
        null);
  }

  private static ContainerRecord guest(String id, String sandbox) {
    return new ContainerRecord(
        1, "n", id, "r", sandbox, Step.MADE, NOW, List.of("sh"), Map.of(), null, "c", null);
  }

  @Test
  void keepsTheRecordsOfAllContainersOfASandbox() throws IOException {
    ContainerRecord host = record("s1", null);
    journal.write(host);
    journal.write(guest("d", "s1"));
    journal.write(guest("json", "s1"));
    assertThat(journal.all())
        .containsExactlyInAnyOrder(host, guest("d", "s1"), guest("json", "s1"));
    journal.remove(guest("d", "s1"));
    journal.remove(guest("d", "s1"));
    assertThat(journal.all()).containsExactlyInAnyOrder(host, guest("json", "s1"));
    assertThat(guest("d", "s1").owner()).isEqualTo("c");
    assertThat(host.owner()).isEqualTo("c");
    Files.delete(folder.resolve("s1/container.json"));
    assertThat(journal.exists(guest("json", "s1"))).isFalse();
  }

  @Test
  void returnsWhatWasWrittenLast() throws IOException {
    ContainerRecord making = record("s1", null);
    journal.write(making);
    ContainerRecord ended = making.made(Map.of("how", "so")).with(new Exit(7, NOW, ""));
    journal.write(ended);
    ContainerRecord other =
        record(
            "s2",
            new Engine(
                "/b",
                true,
                12,
                34,
                "/bin/x",
                "/run/netns/web",
                new Keeper(56, 78, "/bin/y"),
                List.of(new HostHook(Stage.POSTSTOP, "/bin/h", List.of("h"), List.of("A=b"), 5)),
                List.of(new FolderCopy("/srv/conf", "/run/copy")),
                new FileCopy("/srv/resolv.conf", "/run/resolv.conf")));
    journal.write(other);
    assertThat(journal.all()).containsExactly(ended, other);
    assertThat(other.client()).isEmpty();
    Engine client =
        new Engine(
            Engine.FOREGROUND, false, 12, 34, "/bin/x", "", null, List.of(), List.of(), null);
    assertThat(record("s3", client).client()).hasValue(client.standIn());
    assertThat(ended.step()).isEqualTo(Step.MADE);
    assertThat(journal.exists(ended)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "{\"version\": 1}", "{\"version\": 2, \"later\": true}", "\0"})
  void leavesRecordsAloneThatItCannotRead(String content) throws IOException {
    Files.createDirectories(folder.resolve("s1"));
    Path file = folder.resolve("s1").resolve(SandboxStore.KEPT);
    Files.writeString(file, content);
    journal.write(record("s2", null));
    assertThat(journal.all()).extracting(ContainerRecord::sandbox).containsExactly("s2");
    assertThat(Files.readString(file)).isEqualTo(content);
  }

  @Test
  void leavesARecordAloneThatHasOneFaultAnywhere() throws IOException {
    Engine engine =
        new Engine(
            "/b",
            true,
            1,
            2,
            "/bin/x",
            "",
            new Keeper(3, 4, "/bin/y"),
            List.of(),
            List.of(),
            new FileCopy("/r", "/s"));
    journal.write(record("s1", engine).with(new Exit(1, NOW, "why")));
    Path file = folder.resolve("s1").resolve(SandboxStore.KEPT);
    for (byte[] damaged : DamagedDocuments.of(Files.readAllBytes(file))) {
      Files.write(file, damaged);
      assertThat(journal.all()).as(new String(damaged, StandardCharsets.UTF_8)).isEmpty();
      assertThat(file).hasBinaryContent(damaged);
    }
  }

  @Test
  void ignoresSandboxesOfOthers() throws IOException {
    Files.createDirectories(folder.resolve("other"));
    assertThat(journal.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "../../etc", "-a", "a b", "a\n", "ä"})
  void aNameNeverLeavesItsFolder(String id) {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> new ContainerName("n", id))
        .withMessageContaining("id of a container");
    assertThat(new ContainerName("", "ok").namespace()).isEqualTo(ContainerName.DEFAULT);
  }
}
