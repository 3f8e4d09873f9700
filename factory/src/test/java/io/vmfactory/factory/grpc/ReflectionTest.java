package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what a client without proto files learns, such as grpcurl. */
@Timeout(60)
class ReflectionTest {
  private final ServedSkin served = new ServedSkin();
  private final GrpcClient client = served.client();

  @AfterEach
  void stop() {
    served.close();
  }

  private static ServiceMethod<ServerReflectionResponse, ServerReflectionRequest> info(
      String version) {
    return ServiceMethod.client(
        ServiceName.create("grpc.reflection." + version + ".ServerReflection"),
        "ServerReflectionInfo",
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(ServerReflectionResponse.newBuilder()));
  }

  private ServerReflectionResponse ask(ServerReflectionRequest question, String version) {
    return ServedSkin.await(
        client
            .request(served.address(), info(version))
            .compose(request -> request.send(question))
            .compose(GrpcClientResponse::last));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1alpha"})
  void theServicesAreListed(String version) {
    ServerReflectionResponse answer =
        ask(ServerReflectionRequest.newBuilder().setListServices("*").build(), version);

    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains("vmfactory.v1.Factory", "grpc.health.v1.Health");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1alpha"})
  void everyCallOfTheFactoryIsDescribed(String version) throws Exception {
    ServerReflectionResponse answer =
        ask(
            ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("vmfactory.v1.Factory")
                .build(),
            version);

    List<ByteString> files = answer.getFileDescriptorResponse().getFileDescriptorProtoList();
    FileDescriptorProto factory = FileDescriptorProto.parseFrom(files.get(0));
    assertThat(factory.getService(0).getMethodList())
        .extracting(MethodDescriptorProto::getName)
        .contains("GetVm", "ResizePool", "DrainPool", "WatchEvents");
  }

  @Test
  void anUnknownNameIsRefusedNotCutOff() {
    ServerReflectionResponse answer =
        ask(ServerReflectionRequest.newBuilder().setFileContainingSymbol("no.Such").build(), "v1");

    assertThat(answer.hasErrorResponse()).isTrue();
  }
}
