package io.vmfactory.runtime.containers;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.runtime.folders.FileCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nameservers of an engine on the loopback of a container's network namespace, such as Docker's
 * at 127.0.0.11. The engine writes them into resolv.conf while it makes the network: after the
 * container, and its copy of that file, were created (ADR 0066).
 */
final class Nameservers {
  private static final Logger log = LoggerFactory.getLogger(Nameservers.class);
  private static final Pattern LOOPBACK = Pattern.compile("(?m)^nameserver\\s+127\\.");

  private Nameservers() {}

  /** Writes resolv.conf into the guest again if it names such a nameserver. */
  static void bring(ContainerRecord record, ContainerSandbox sandbox, Deadline deadline) {
    ContainerRecord.Engine engine = record.engine();
    FileCopy resolver = engine == null ? null : engine.resolver();
    if (resolver == null) {
      return;
    }
    GuestFile file;
    try {
      file = resolver.read();
    } catch (IOException e) {
      log.warn("{} is not up to date in its VM: {}", resolver.source(), ErrorText.of(e));
      return;
    }
    if (LOOPBACK.matcher(new String(file.content(), StandardCharsets.UTF_8)).find()) {
      sandbox.get(deadline).guest(deadline).sandbox().overwriteFile(file, deadline);
    }
  }
}
