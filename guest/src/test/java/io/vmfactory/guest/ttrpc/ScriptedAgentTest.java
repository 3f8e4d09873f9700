package io.vmfactory.guest.ttrpc;

import com.google.protobuf.Message;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.linux.StreamSockets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A client that is connected to a scripted agent. */
abstract class ScriptedAgentTest {
  private final StreamSockets sockets = new StreamSockets();
  FakeAgent fake;
  GuestAgent agent;

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

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  static <T> T await(CompletionStage<T> stage) {
    return soon().await(stage, "the stage");
  }

  void answer(String method, Message answer) {
    fake.script(method, call -> call.reply(answer));
  }

  FakeAgent.Call last() {
    return fake.calls().get(fake.calls().size() - 1);
  }
}
