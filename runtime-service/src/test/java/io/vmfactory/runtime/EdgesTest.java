package io.vmfactory.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.EngineBundle;
import io.vmfactory.api.runtime.v1.GetContainerRequest;
import io.vmfactory.api.runtime.v1.GetContainerResponse;
import io.vmfactory.api.runtime.v1.ListContainersRequest;
import io.vmfactory.api.runtime.v1.ListContainersResponse;
import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.VmSizes;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.runtime.bundle.EngineBundles;
import io.vmfactory.runtime.containers.Containers;
import io.vmfactory.runtime.grpc.RuntimeSkin;
import io.vmfactory.runtime.ttrpc.EngineSocket;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import io.vmfactory.ttrpc.Rpc;
import io.vmfactory.ttrpc.TtrpcConnection;
import io.vmfactory.ttrpc.TtrpcException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests both edges over a service that has no VM daemon, so that no container can be made. */
class EdgesTest {
  private static final String SERVICE = "vmfactory.runtime.v1.Runtime";
  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private static final int UNIMPLEMENTED = 12;

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private Containers containers;
  private RuntimeSkin skin;
  private EngineSocket engines;
  private ContainerCalls calls;
  private StreamSockets sockets;
  private TtrpcConnection engine;

  @BeforeEach
  void open() throws IOException {
    VmFactoryConfig config =
        new ConfigLoader(new Surroundings(Map.of(), true))
            .parse(
                """
                [daemon]
                state_dir = "%1$s/state"
                run_dir = "%1$s"
                """
                    .formatted(folder),
                "test");
    containers = Containers.open(RuntimeSettings.of(config));
    RootfsImages images = RootfsImages.open(folder.resolve("images"), 1 << 30, 64 << 20);
    RuntimeVerbs verbs =
        new RuntimeVerbs(
            containers, new EngineBundles(images, VmSizes.of(config.qemu()), containers));
    skin = RuntimeSkin.start(vertx, folder.resolve("r.sock"), config.daemon(), verbs);
    engines = EngineSocket.start(vertx, folder.resolve("e.sock"), verbs, Duration.ofSeconds(30));
    calls = ContainerCalls.open(folder.resolve("r.sock"));
    sockets = new StreamSockets();
    engine = TtrpcConnection.over(sockets.connect(folder.resolve("e.sock")), "the service");
  }

  @AfterEach
  void close() {
    engine.close();
    sockets.close();
    calls.close();
    engines.close();
    skin.close();
    containers.close();
    soon().await(vertx.close().toCompletionStage(), "Vert.x");
    assertThat(folder.resolve("r.sock")).doesNotExist();
    assertThat(folder.resolve("e.sock")).doesNotExist();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static void refused(Code code, Runnable call) {
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  private static void refused(int code, Runnable call) {
    assertThatExceptionOfType(TtrpcException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void onlyTheOwnerCanConnect() throws IOException {
    for (String name : new String[] {"r.sock", "e.sock"}) {
      assertThat(Files.getPosixFilePermissions(folder.resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void refusalsHaveCodes() {
    assertThat(calls.list("", soon())).isEmpty();
    refused(Code.NOT_FOUND, () -> calls.get("", "none", soon()));
    refused(Code.NOT_FOUND, () -> calls.delete("", "none", true, soon()));
    refused(Code.INVALID, () -> calls.get("", "../none", soon()));
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder().setId("c").setImage("/none").build();
    refused(Code.INVALID, () -> calls.create(request, soon()));
    CreateContainerRequest sound =
        request.toBuilder().setGuestSpec(OciSpec.standard().proto().toByteString()).build();
    refused(Code.UNAVAILABLE, () -> calls.create(sound, soon())); // no VM daemon
    refused(Code.INVALID, () -> calls.create(sound.toBuilder().addRoutes("X").build(), soon()));
    assertThat(calls.list("", soon())).isEmpty();
    assertThat(folder.resolve("sandboxes/c")).doesNotExist();
  }

  @Test
  void anEngineGetsTheSameAnswers() {
    var list = new Rpc<>(SERVICE, "ListContainers", ListContainersResponse.parser());
    var get = new Rpc<>(SERVICE, "GetContainer", GetContainerResponse.parser());
    var none = new Rpc<>(SERVICE, "Frobnicate", ListContainersResponse.parser());
    var create = new Rpc<>(SERVICE, "CreateContainer", ListContainersResponse.parser());
    ListContainersRequest all = ListContainersRequest.getDefaultInstance();
    assertThat(engine.call(list, all, soon()).getContainersList()).isEmpty();
    GetContainerRequest one = GetContainerRequest.newBuilder().setId("none").build();
    refused(NOT_FOUND, () -> engine.call(get, one, soon()));
    refused(UNIMPLEMENTED, () -> engine.call(none, all, soon()));
    CreateContainerRequest bundle =
        CreateContainerRequest.newBuilder()
            .setId("c")
            .setBundle(EngineBundle.newBuilder().setPath("/none").setStandIn(1))
            .build();
    refused(INVALID_ARGUMENT, () -> engine.call(create, bundle, soon()));
    CreateContainerRequest relative =
        bundle.toBuilder().setBundle(EngineBundle.newBuilder().setStandIn(1)).build();
    refused(INVALID_ARGUMENT, () -> engine.call(create, relative, soon()));
    refused(
        INVALID_ARGUMENT,
        () ->
            engine.call(
                create,
                CreateContainerRequest.newBuilder()
                    .setConfigJson(ByteString.copyFrom("{", UTF_8))
                    .build(),
                soon()));
  }

  @Test
  void whatIsNotTtrpcIsCutOff() throws IOException {
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(folder.resolve("e.sock")));
      socket.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8)));
      assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    var list = new Rpc<>(SERVICE, "ListContainers", ListContainersResponse.parser());
    engine.call(list, ListContainersRequest.getDefaultInstance(), soon());
  }
}
