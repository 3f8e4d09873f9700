package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job that formats a copy-on-write file outlasts the wait for it. */
class AbandonedFormatTest extends ScriptedQemu {
  private static final String NODES = "query-named-block-nodes";

  /** What attaches a WRITABLE drive: a descriptor for writing, one for reading, which stays. */
  private static final String[] OPENED = {
    "add-fd", "add-fd", "blockdev-add", "remove-fd", "blockdev-reopen"
  };

  @TempDir Path temp;
  private Path image;
  private Vm vm;

  @BeforeEach
  void adopt() throws IOException {
    image = Files.write(temp.resolve("image"), new byte[512]);
    monitor.says("query-status", status("running"));
    monitor.says(
        "query-block",
        "[{\"inserted\": {\"node-name\": \"rw0\", \"ro\": false,"
            + " \"file\": \"json:{\\\"driver\\\": \\\"null-co\\\"}\","
            + " \"image\": {\"virtual-size\": 4096}}}]");
    monitor.says(NODES, "[]");
    monitor.says("query-jobs", "[]");
    vm = qemu.adopt(survivor, deadline);
  }

  private DrivePlace attach(DriveMode mode) {
    return vm.drives().attach(new DriveImage(image, mode, temp), deadline);
  }

  private static String node(String name, int set) {
    return ("{\"node-name\": \"%s\", \"file\": \"/dev/fdset/%d\", \"ro\": false,"
            + " \"image\": {\"virtual-size\": 512}}")
        .formatted(name, set);
  }

  private void job(String status) {
    monitor.sends(
        "{\"event\": \"JOB_STATUS_CHANGE\", \"data\": {\"id\": \"rw0.format\", \"status\": \"%s\"}}"
            .formatted(status));
  }

  @Test
  void theNextWaitsForItsEndAndForWhatIsUndoneThen() {
    monitor.after("blockdev-create", Thread.currentThread()::interrupt);
    assertThatThrownBy(() -> attach(DriveMode.OVERLAY)).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    final int before = monitor.heard().size();
    monitor.says("query-jobs", "[{\"id\": \"rw0.format\", \"status\": \"running\"}]");
    monitor.after("query-jobs", this::conclude);
    attach(DriveMode.WRITABLE);
    List<String> heard = monitor.heard().subList(before, monitor.heard().size());
    assertThat(heard).startsWith("query-block", "query-jobs");
    assertThat(heard).endsWith(OPENED);
    assertThat(heard.subList(2, heard.size() - OPENED.length)) // two threads
        .containsExactlyInAnyOrder(
            "job-dismiss",
            "blockdev-del",
            "blockdev-del",
            "blockdev-del",
            "remove-fd",
            "remove-fd",
            "query-jobs",
            NODES)
        .containsSubsequence("query-jobs", NODES); // never while a job is at work
  }

  private void conclude() {
    monitor.says("query-jobs", "[]");
    monitor.after("query-jobs", () -> {});
    job("concluded");
  }

  @Test
  void anEarlierDaemonsIsDismissedAndItsFilesAreClosed() {
    monitor.says(NODES, "[" + node("rw0.writes", 7) + "]");
    monitor.says("query-jobs", "[{\"id\": \"rw0.format\", \"status\": \"concluded\"}]");
    monitor.after("job-dismiss", () -> monitor.says("query-jobs", "[]"));
    attach(DriveMode.WRITABLE);
    assertThat(monitor.heard())
        .endsWith(
            "query-block",
            "query-jobs",
            "job-dismiss",
            "query-jobs",
            NODES,
            "remove-fd",
            "blockdev-del",
            "add-fd",
            "add-fd",
            "blockdev-add",
            "remove-fd",
            "blockdev-reopen");
  }

  @Test
  void whyItFailedIsAskedBeforeItIsDismissed() {
    monitor.after(
        "blockdev-create",
        () -> {
          monitor.says(
              "query-jobs",
              "[{\"id\": \"rw0.format\", \"status\": \"concluded\","
                  + " \"error\": \"No space left\"}]");
          job("aborting");
          job("concluded");
        });
    assertThatThrownBy(() -> attach(DriveMode.OVERLAY))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RESOURCES))
        .hasMessageContaining("cannot format the copy-on-write file: No space left");
    vm.check(deadline); // waits for every command sent before, too
    assertThat(monitor.heard())
        .endsWith(
            "query-jobs",
            "job-dismiss",
            "blockdev-del",
            "blockdev-del",
            "blockdev-del",
            "remove-fd",
            "remove-fd",
            "query-status");
  }
}
