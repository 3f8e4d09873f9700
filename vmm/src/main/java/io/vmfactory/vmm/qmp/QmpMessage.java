package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.databind.JsonNode;

/** One line from QEMU's monitor. */
sealed interface QmpMessage {
  /** The first line of a connection. */
  record Greeting() implements QmpMessage {}

  /** Command {@code id} has succeeded. */
  record Reply(long id, JsonNode result) implements QmpMessage {}

  /** Command {@code id} has failed; {@code id} is -1 when QEMU could not read the command. */
  record Refusal(long id, String text) implements QmpMessage {}

  /** An event, which answers no command. */
  record Event(QmpEvent event) implements QmpMessage {}
}
