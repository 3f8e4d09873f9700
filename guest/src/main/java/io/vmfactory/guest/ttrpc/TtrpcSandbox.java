package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.vmfactory.api.guest.v1.PruneFolderRequest;
import io.vmfactory.api.guest.v1.PruneFolderResponse;
import io.vmfactory.api.kata.CopyFileRequest;
import io.vmfactory.api.kata.CreateSandboxRequest;
import io.vmfactory.api.kata.DestroySandboxRequest;
import io.vmfactory.api.kata.GetOOMEventRequest;
import io.vmfactory.api.kata.OOMEvent;
import io.vmfactory.api.kata.Storage;
import io.vmfactory.api.kata.UpdateEphemeralMountsRequest;
import io.vmfactory.api.kata.VolumeStatsRequest;
import io.vmfactory.api.kata.VolumeStatsResponse;
import io.vmfactory.api.kata.VolumeUsage.Unit;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestSandbox;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.VolumeUsage;
import io.vmfactory.ttrpc.Rpc;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The sandbox behind one {@link AgentConnection}. */
final class TtrpcSandbox implements GuestSandbox {
  private static final Rpc<Empty> CREATE_SANDBOX = AgentRpcs.agent("CreateSandbox", Empty.parser());
  private static final Rpc<Empty> DESTROY_SANDBOX =
      AgentRpcs.agent("DestroySandbox", Empty.parser());
  private static final Rpc<Empty> COPY_FILE = AgentRpcs.agent("CopyFile", Empty.parser());
  private static final Rpc<PruneFolderResponse> PRUNE_FOLDER =
      AgentRpcs.guest("PruneFolder", PruneFolderResponse.parser());
  private static final Rpc<OOMEvent> GET_OOM_EVENT =
      AgentRpcs.agent("GetOOMEvent", OOMEvent.parser());
  private static final Rpc<Empty> UPDATE_EPHEMERAL_MOUNTS =
      AgentRpcs.agent("UpdateEphemeralMounts", Empty.parser());
  private static final Rpc<VolumeStatsResponse> GET_VOLUME_STATS =
      AgentRpcs.agent("GetVolumeStats", VolumeStatsResponse.parser());

  private static final int CHUNK_BYTES = 1 << 20;

  /** S_IFREG of stat(2): a file's mode includes its type. */
  private static final int TYPE = 0170000;

  private static final int REGULAR_FILE = 0100000;

  private final AgentConnection connection;

  TtrpcSandbox(AgentConnection connection) {
    this.connection = connection;
  }

  @Override
  public void create(SandboxRequest request, Deadline deadline) {
    CreateSandboxRequest message =
        CreateSandboxRequest.newBuilder()
            .setSandboxId(request.id())
            .setHostname(request.hostname())
            .addAllDns(request.dns())
            .addAllStorages(storages(request.storages()))
            .setSandboxPidns(request.sharedPids())
            .build();
    connection.call(CREATE_SANDBOX, message, deadline);
  }

  @Override
  public void destroy(Deadline deadline) {
    connection.call(DESTROY_SANDBOX, DestroySandboxRequest.getDefaultInstance(), deadline);
  }

  @Override
  public void copyFile(GuestFile file, Deadline deadline) {
    write(file, false, deadline);
  }

  @Override
  public void overwriteFile(GuestFile file, Deadline deadline) {
    write(file, true, deadline);
  }

  /** Writes the file in chunks. An empty file needs a call, too. */
  private void write(GuestFile file, boolean inPlace, Deadline deadline) {
    int at = 0;
    do {
      int taken = Math.min(CHUNK_BYTES, file.content().length - at);
      CopyFileRequest chunk =
          CopyFileRequest.newBuilder()
              .setPath(file.path())
              .setFileSize(file.content().length)
              .setFileMode((file.mode() & TYPE) == 0 ? REGULAR_FILE | file.mode() : file.mode())
              .setDirMode(file.directoryMode())
              .setUid(file.uid())
              .setGid(file.gid())
              .setOffset(at)
              .setInPlace(inPlace)
              .setData(ByteString.copyFrom(file.content(), at, taken))
              .build();
      connection.call(COPY_FILE, chunk, deadline);
      at += taken;
    } while (at < file.content().length);
  }

  @Override
  public void pruneFolder(String path, Collection<String> keep, Deadline deadline) {
    PruneFolderRequest request =
        PruneFolderRequest.newBuilder().setPath(path).addAllKeep(keep).build();
    connection.call(PRUNE_FOLDER, request, deadline);
  }

  @Override
  public CompletionStage<String> nextOom() {
    return connection
        .start(GET_OOM_EVENT, GetOOMEventRequest.getDefaultInstance())
        .thenApply(OOMEvent::getContainerId);
  }

  @Override
  public void remount(List<GuestStorage> storages, Deadline deadline) {
    UpdateEphemeralMountsRequest request =
        UpdateEphemeralMountsRequest.newBuilder().addAllStorages(storages(storages)).build();
    connection.call(UPDATE_EPHEMERAL_MOUNTS, request, deadline);
  }

  @Override
  public VolumeUsage volume(String guestPath, Deadline deadline) {
    VolumeStatsRequest request =
        VolumeStatsRequest.newBuilder().setVolumeGuestPath(guestPath).build();
    VolumeStatsResponse answer = connection.call(GET_VOLUME_STATS, request, deadline);
    var bytes = usage(answer, Unit.BYTES);
    var inodes = usage(answer, Unit.INODES);
    return new VolumeUsage(
        bytes.getTotal(),
        bytes.getUsed(),
        bytes.getAvailable(),
        inodes.getTotal(),
        inodes.getUsed());
  }

  private static io.vmfactory.api.kata.VolumeUsage usage(VolumeStatsResponse answer, Unit unit) {
    return answer.getUsageList().stream()
        .filter(usage -> usage.getUnit() == unit)
        .findFirst()
        .orElse(io.vmfactory.api.kata.VolumeUsage.getDefaultInstance());
  }

  /** Converts storages to the wire's form. */
  static List<Storage> storages(List<GuestStorage> storages) {
    return storages.stream().map(TtrpcSandbox::storage).toList();
  }

  private static Storage storage(GuestStorage storage) {
    return Storage.newBuilder()
        .setDriver(storage.driver())
        .addAllDriverOptions(storage.driverOptions())
        .setSource(storage.source())
        .setFstype(storage.fsType())
        .addAllOptions(storage.options())
        .setMountPoint(storage.mountPoint())
        .build();
  }
}
