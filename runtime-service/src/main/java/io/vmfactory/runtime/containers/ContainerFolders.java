package io.vmfactory.runtime.containers;

import io.vmfactory.runtime.containers.ContainerRecord.Engine;
import io.vmfactory.runtime.folders.FolderCopy;
import io.vmfactory.runtime.folders.FolderWatch;
import java.util.List;

/** The folders of the host that an engine's container has copies of. */
final class ContainerFolders {
  private ContainerFolders() {}

  /** Keeps the copies up to date until the container has stopped. */
  static void follow(FolderWatch watch, KeptContainer container) {
    Engine engine = container.view().record().engine();
    List<FolderCopy> folders = engine == null ? List.of() : engine.folders();
    if (folders.isEmpty() || isOver(container)) {
      return;
    }
    Runnable end = watch.follow(folders, deadline -> container.sandbox().guest(deadline).sandbox());
    container.watch(
        () -> {
          if (isOver(container)) {
            end.run();
          }
        });
    if (isOver(container)) {
      end.run();
    }
  }

  private static boolean isOver(KeptContainer container) {
    return container.view().state() == ContainerView.State.STOPPED;
  }
}
