package io.vmfactory.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.api.ttrpc.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TtrpcRequestsTest {
  private final List<String> taken = new ArrayList<>();
  private final TtrpcRequests requests =
      new TtrpcRequests((stream, request) -> taken.add(stream + " " + request.getMethod()));

  private static byte[] frame(int stream, byte type, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Frame(stream, type, data).writeTo(out);
    return out.toByteArray();
  }

  private static byte[] request(int stream, String method) {
    byte[] data = Request.newBuilder().setService("s").setMethod(method).build().toByteArray();
    return frame(stream, Frame.REQUEST, data);
  }

  @Test
  void findsRequestsHoweverTheyAreSplit() throws ProtocolException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(request(1, "A"));
    all.writeBytes(request(3, "B"));
    for (byte one : all.toByteArray()) {
      requests.feed(ByteBuffer.wrap(new byte[] {one}));
    }
    requests.feed(ByteBuffer.wrap(request(5, "C")));
    assertThat(taken).containsExactly("1 A", "3 B", "5 C");
  }

  @Test
  void refusesWhatIsNoRequest() {
    byte[] answer = frame(1, Frame.RESPONSE, new byte[0]);
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> requests.feed(ByteBuffer.wrap(answer)))
        .withMessageContaining("not a request");
    byte[] noise = frame(1, Frame.REQUEST, new byte[] {(byte) 0xff});
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> new TtrpcRequests((s, r) -> {}).feed(ByteBuffer.wrap(noise)))
        .withMessageContaining("cannot be read");
  }

  @Test
  void answersAreOfTheSameStream() throws Exception {
    List<Response> answers = new ArrayList<>();
    FrameReader client =
        new FrameReader(
            frame -> {
              assertThat(frame.stream()).isEqualTo(7);
              try {
                answers.add(Response.parseFrom(frame.data()));
              } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            });
    Request payload = Request.newBuilder().setMethod("x").build();
    client.feed(ByteBuffer.wrap(TtrpcRequests.answer(7, payload)));
    client.feed(ByteBuffer.wrap(TtrpcRequests.refusal(7, 5, "none")));
    assertThat(answers.get(0).getPayload()).isEqualTo(payload.toByteString());
    assertThat(answers.get(1).getStatus().getCode()).isEqualTo(5);
    assertThat(answers.get(1).getStatus().getMessage()).isEqualTo("none");
  }
}
