package io.vmfactory.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.runtime.v1.AttachProcess;
import io.vmfactory.api.runtime.v1.ProcessEnded;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.runtime.commands.CommandClient;
import io.vmfactory.runtime.commands.CommandRequest;
import io.vmfactory.runtime.containers.ClientProcess;
import io.vmfactory.runtime.containers.Containers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that are run for a client, over a service without a VM daemon. */
class ServedCommandsTest {
  @TempDir private Path folder;
  private Containers containers;
  private VmFactoryConfig config;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(
        folder.resolve("c.toml"),
        """
        [daemon]
        state_dir = "%1$s/state"
        run_dir = "%1$s"
        """
            .formatted(folder));
    config =
        new ConfigLoader(new Surroundings(environment(), OwnUser.isRoot())).load(null).config();
    containers = Containers.open(RuntimeSettings.of(config));
  }

  @AfterEach
  void close() {
    containers.close();
  }

  private Map<String, String> environment() {
    return Map.of("VMFACTORY_CONFIG", folder.resolve("c.toml").toString(), "HOME", "/nonexistent");
  }

  private OptionalInt run(Client client) {
    return ServedCommands.of(config, containers).run(client);
  }

  @Test
  void aListIsPrintedByTheClient() {
    Client client = new Client("ps");

    assertThat(run(client)).hasValue(0);
    assertThat(client.out)
        .hasToString("SANDBOX  CONTAINER  PID  VM PID  UID  STATE  CPU  MEMORY  COMMAND\n");
    assertThat(client.err.size()).isZero();
  }

  @Test
  void errorsHaveTheWordsAndTheCodesOfTheCommand() {
    Client client = new Client("run", "--bogus");

    assertThat(run(client)).hasValue(Exit.OF_OUR_OWN);
    assertThat(client.err.toString(UTF_8)).contains("'--bogus'", "try: vmfactory run --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--rootfs none", "--bundle none", "--rootfs . --volume-ro none:/x"})
  void namesOfFilesBeginInTheClientsDirectory(String options) throws IOException {
    Files.createDirectories(folder.resolve("in/bin"));
    Client client = new Client(("run " + options + " -- true").split(" "));
    client.directory = folder.resolve("in").toString();

    assertThat(run(client)).hasValue(Exit.OF_OUR_OWN);
    assertThat(client.err.toString(UTF_8)).contains(folder.resolve("in") + "/none");
  }

  @Test
  void anImageIsNamedAsItWasTyped() {
    Client client = new Client("run", "--image", "ubuntu", "--", "true");

    assertThat(run(client)).hasValue(Exit.OF_OUR_OWN);
    assertThat(client.err.toString(UTF_8)).contains("vmfactory: ubuntu: is no directory");
  }

  @Test
  void anOutputThatCannotBeWrittenIsReported() {
    Client client = new Client("ps");
    client.failure = "No space left on device";

    assertThat(run(client)).hasValue(1);
    assertThat(client.err)
        .hasToString("vmfactory: cannot write to standard output: No space left on device\n");
  }

  @Test
  void afterASignalTheCommandIsSilent() {
    Client client = new Client("ps", "--bogus");
    client.signal = 2;

    assertThat(run(client)).hasValue(130);
    assertThat(client.err.size()).isZero();
  }

  @Test
  void anotherConfigurationIsNotServed() throws IOException {
    for (String more : List.of("[lease]\ndefault_ttl = \"61s\"\n", "[nonsense]\n")) {
      Path other = folder.resolve("other.toml");
      Files.writeString(other, Files.readString(folder.resolve("c.toml")) + more);
      Client client = new Client("ps", "--config", other.toString());

      assertThat(run(client)).isEmpty();
      assertThat(client.out.size() + client.err.size()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run x", "--timeout 5s ps", "runtime ls --json", "exec web -- serve"})
  void theseAreServed(String line) {
    assertThat(ServedCommands.serves(List.of(line.split(" ")))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"serve", "status", "runtime serve", "runtime", "run --template x", "--timeout ps"})
  void theseAreNot(String line) {
    assertThat(ServedCommands.serves(List.of(line.split(" ")))).isFalse();
  }

  @Test
  void theSizeOfTheClientsTerminalCounts() {
    Client client = new Client("ps");
    client.terminal = new CommandRequest.Stream(true, new TerminalSize(24, 20));

    assertThat(run(client)).hasValue(0);
    assertThat(client.out).hasToString("SANDBOX  CONTAINER …\n");
  }

  /** A client that remembers what it was to print. */
  private final class Client implements CommandClient {
    private final List<String> words;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String directory = "/";
    private String failure = "";
    private int signal;
    private CommandRequest.Stream terminal = new CommandRequest.Stream(false, TerminalSize.UNKNOWN);

    private Client(String... words) {
      this.words = List.of(words);
    }

    @Override
    public CommandRequest request() {
      Map<TerminalStream, CommandRequest.Stream> streams = new EnumMap<>(TerminalStream.class);
      for (TerminalStream stream : TerminalStream.values()) {
        streams.put(stream, terminal);
      }
      return new CommandRequest(words, environment(), directory, streams);
    }

    @Override
    public ClientProcess process() {
      throw new AssertionError("nothing can run here");
    }

    @Override
    public void write(boolean error, byte[] text) throws IOException {
      if (!error && !failure.isEmpty()) {
        throw new IOException(failure);
      }
      (error ? err : out).writeBytes(text);
    }

    @Override
    public ProcessEnded attach(AttachProcess process) {
      throw new AssertionError("nothing can run here");
    }

    @Override
    public int signal() {
      return signal;
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }
  }
}
