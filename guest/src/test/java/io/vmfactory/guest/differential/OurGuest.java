package io.vmfactory.guest.differential;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.guest.ttrpc.SpecGuest;
import io.vmfactory.guest.ttrpc.SpecGuest.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Our guest on a real QEMU. It runs trials as a runtime instance does. */
final class OurGuest implements AutoCloseable {
  private final SpecGuest guest;

  OurGuest(Path dir) throws IOException {
    guest = new SpecGuest(dir);
    String make =
        "cd /; mkdir -p %s; touch %s"
            .formatted(String.join(" ", Trial.FOLDERS), String.join(" ", Trial.FILES));
    // without mounts, it sees the root's own folders
    ObjectNode config = SpecGuest.hostConfig();
    config.remove("mounts");
    ((ObjectNode) config.get("root")).put("readonly", false);
    OciSpec spec = OciSpec.parse(Trial.JSON.writeValueAsBytes(config));
    guest.run(spec.with(process -> process.withArgs(List.of("/bin/sh", "-c", make))));
  }

  Outcome run(Trial trial) throws IOException {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    try {
      OciSpec spec = OciSpec.parse(trial.configJson("rootfs"));
      spec.checkNoHostPaths();
      Ended first = guest.during(spec, Trial.LAST_LINE, id -> sections.putAll(exec(trial, id)));
      sections.putAll(Outcome.read("run", first.output(), first.exit()));
      return new Outcome("", sections);
    } catch (OciSpecException | GuestException e) {
      return Outcome.refusal(e.getMessage());
    }
  }

  private Map<String, List<String>> exec(Trial trial, String id) {
    try {
      Ended second = guest.exec(id, like -> changed(trial, like));
      return Outcome.read("exec", second.output(), second.exit());
    } catch (OciSpecException | GuestException e) {
      return Outcome.read("exec", "\n" + e.getMessage(), 255);
    }
  }

  private static OciProcess changed(Trial trial, OciProcess like) {
    Trial.Exec exec = trial.exec();
    OciProcess process = like.withArgs(trial.probe()).withEnv(exec.env());
    if (!exec.cwd().isEmpty()) {
      process = process.withCwd(exec.cwd());
    }
    if (!exec.user().isEmpty()) {
      String[] ids = exec.user().split(":", -1);
      List<Long> groups =
          like.proto().getUser().getAdditionalGidsList().stream()
              .map(Integer::toUnsignedLong)
              .toList();
      process = process.withUser(Long.parseLong(ids[0]), Long.parseLong(ids[1]), groups);
    }
    return process;
  }

  @Override
  public void close() {
    guest.close();
  }
}
