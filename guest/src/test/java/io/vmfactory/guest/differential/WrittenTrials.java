package io.vmfactory.guest.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.ttrpc.SpecGuest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The trials that were written by hand: differential/trials.json. */
final class WrittenTrials {
  private WrittenTrials() {}

  /**
   * Reads the list. An item has a name, "changes" to the configuration that engines write, as a
   * merge patch, and optionally "exit" and "exec" with "user", "env" and "cwd".
   */
  static List<Trial> read() throws IOException {
    List<Trial> trials = new ArrayList<>();
    for (JsonNode item : Trial.JSON.readTree(Trial.resource("differential/trials.json"))) {
      ObjectNode config = SpecGuest.hostConfig(item.path("changes"));
      trials.add(new Trial(item.get("name").asText(), config, exec(item.path("exec")), exit(item)));
    }
    return trials;
  }

  private static int exit(JsonNode item) {
    return item.path("exit").asInt(0);
  }

  private static Trial.Exec exec(JsonNode exec) {
    List<String> env = new ArrayList<>();
    exec.path("env").forEach(variable -> env.add(variable.asText()));
    return new Trial.Exec(exec.path("user").asText(), env, exec.path("cwd").asText());
  }
}
