package io.vmfactory.guest.ttrpc;

import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgentContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Our own agent passes the contract as PID 1 of a guest on QEMU. */
@Tag("qemu")
final class RealAgentContractIT extends GuestAgentContract {
  private static RealGuest guest;
  private GuestAgent agent;

  @BeforeAll
  static void boot(@TempDir Path dir) {
    guest = new RealGuest(dir);
  }

  @AfterAll
  static void kill() {
    guest.close();
  }

  @BeforeEach
  void connect() {
    agent = guest.agent();
  }

  @AfterEach
  void disconnect() {
    agent.close();
  }

  @Override
  protected GuestAgent agent() {
    return agent;
  }
}
