package io.vmfactory.guest.ttrpc;

import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgentContract;
import io.vmfactory.linux.StreamSockets;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The scripted agent passes the contract, so tests against it are valid for a real agent. */
final class FakeAgentContractTest extends GuestAgentContract {
  private final StreamSockets sockets = new StreamSockets();
  private FakeAgent fake;
  private GuestAgent agent;

  @BeforeEach
  void connect(@TempDir Path dir) throws IOException {
    fake = FakeAgent.listen(dir.resolve("agent.sock"));
    agent = new TtrpcAgents(sockets).connect(dir.resolve("agent.sock"), soon());
  }

  @AfterEach
  void close() throws IOException {
    agent.close();
    fake.close();
    sockets.close();
  }

  @Override
  protected GuestAgent agent() {
    return agent;
  }
}
