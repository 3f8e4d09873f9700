package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.vmfactory.api.kata.CloseStdinRequest;
import io.vmfactory.api.kata.ExecProcessRequest;
import io.vmfactory.api.kata.ReadStreamRequest;
import io.vmfactory.api.kata.ReadStreamResponse;
import io.vmfactory.api.kata.SignalProcessRequest;
import io.vmfactory.api.kata.TtyWinResizeRequest;
import io.vmfactory.api.kata.WaitProcessRequest;
import io.vmfactory.api.kata.WaitProcessResponse;
import io.vmfactory.api.kata.WriteStreamRequest;
import io.vmfactory.api.kata.WriteStreamResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestProcesses;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.ttrpc.Rpc;
import java.util.concurrent.CompletionStage;

/** The processes behind one {@link AgentConnection}. */
final class TtrpcProcesses implements GuestProcesses {
  private static final Rpc<Empty> EXEC_PROCESS = AgentRpcs.agent("ExecProcess", Empty.parser());
  private static final Rpc<Empty> SIGNAL_PROCESS = AgentRpcs.agent("SignalProcess", Empty.parser());
  private static final Rpc<WaitProcessResponse> WAIT_PROCESS =
      AgentRpcs.agent("WaitProcess", WaitProcessResponse.parser());
  private static final Rpc<ReadStreamResponse> READ_STDOUT =
      AgentRpcs.agent("ReadStdout", ReadStreamResponse.parser());
  private static final Rpc<ReadStreamResponse> READ_STDERR =
      AgentRpcs.agent("ReadStderr", ReadStreamResponse.parser());
  private static final Rpc<WriteStreamResponse> WRITE_STDIN =
      AgentRpcs.agent("WriteStdin", WriteStreamResponse.parser());
  private static final Rpc<Empty> CLOSE_STDIN = AgentRpcs.agent("CloseStdin", Empty.parser());
  private static final Rpc<Empty> TTY_WIN_RESIZE = AgentRpcs.agent("TtyWinResize", Empty.parser());

  private static final int MAX_STREAM_BYTES = 1 << 20;

  private final AgentConnection connection;

  TtrpcProcesses(AgentConnection connection) {
    this.connection = connection;
  }

  @Override
  public void exec(ProcessRef ref, OciProcess process, Deadline deadline) {
    ExecProcessRequest request =
        ExecProcessRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .setProcess(process.proto())
            .build();
    connection.call(EXEC_PROCESS, request, deadline);
  }

  @Override
  public void signal(ProcessRef ref, int signal, Deadline deadline) {
    signal(ref.container(), ref.exec(), signal, deadline);
  }

  @Override
  public void signalAll(String container, int signal, Deadline deadline) {
    signal(container, "", signal, deadline);
  }

  private void signal(String container, String exec, int signal, Deadline deadline) {
    SignalProcessRequest request =
        SignalProcessRequest.newBuilder()
            .setContainerId(container)
            .setExecId(exec)
            .setSignal(signal)
            .build();
    connection.call(SIGNAL_PROCESS, request, deadline);
  }

  @Override
  public CompletionStage<Integer> exit(ProcessRef ref) {
    WaitProcessRequest request =
        WaitProcessRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .build();
    return connection.start(WAIT_PROCESS, request).thenApply(WaitProcessResponse::getStatus);
  }

  @Override
  public CompletionStage<byte[]> read(ProcessRef ref, Output output, int most) {
    requireStreamable(most);
    ReadStreamRequest request =
        ReadStreamRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .setLen(most)
            .build();
    return connection
        .start(output == Output.STDOUT ? READ_STDOUT : READ_STDERR, request)
        .thenApply(answer -> answer.getData().toByteArray());
  }

  @Override
  public CompletionStage<Integer> write(ProcessRef ref, byte[] data) {
    requireStreamable(data.length);
    WriteStreamRequest request =
        WriteStreamRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .setData(ByteString.copyFrom(data))
            .build();
    return connection.start(WRITE_STDIN, request).thenApply(WriteStreamResponse::getLen);
  }

  private static void requireStreamable(int bytes) {
    if (bytes < 1 || bytes > MAX_STREAM_BYTES) {
      throw new IllegalArgumentException(
          "%d bytes at once, must be 1..%d".formatted(bytes, MAX_STREAM_BYTES));
    }
  }

  @Override
  public void closeInput(ProcessRef ref, Deadline deadline) {
    CloseStdinRequest request =
        CloseStdinRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .build();
    connection.call(CLOSE_STDIN, request, deadline);
  }

  @Override
  public void resize(ProcessRef ref, int rows, int columns, Deadline deadline) {
    TtyWinResizeRequest request =
        TtyWinResizeRequest.newBuilder()
            .setContainerId(ref.container())
            .setExecId(ref.exec())
            .setRow(rows)
            .setColumn(columns)
            .build();
    connection.call(TTY_WIN_RESIZE, request, deadline);
  }
}
