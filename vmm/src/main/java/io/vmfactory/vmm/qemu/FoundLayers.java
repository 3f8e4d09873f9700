package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.qemu.OverlayBook.LayerFile;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import io.vmfactory.vmm.qmp.QmpCommand.FileSet;
import io.vmfactory.vmm.qmp.QmpCommand.FilledSet;
import io.vmfactory.vmm.qmp.QmpCommand.OpenFile;
import java.util.List;
import java.util.stream.Stream;

/**
 * The copy-on-write layers that an earlier daemon has made for a VM, as QEMU reports them.
 *
 * @param nodes all nodes of QEMU
 * @param sets all files that QEMU was given
 * @param process QEMU
 */
record FoundLayers(List<Node> nodes, List<FilledSet> sets, HostProcess process) {
  /** Counts those without a name; the others are part of templates. */
  void count(OverlayBook.OfVm overlays) {
    for (Node node : nodes) {
      String file = DriveBay.fileOf(node.name());
      if (file != null) {
        count(file, node.image().bytes(), overlays);
      }
    }
  }

  private void count(String node, long bytes, OverlayBook.OfVm overlays) {
    OpenFile open = file(node).findFirst().orElse(null);
    if (open == null) {
      overlays.share(node, LayerFile.unknown(), bytes);
      return;
    }
    try (Descriptor file = process.open(open.number())) {
      if (FileStatus.of(file).links() == 0) {
        overlays.share(node, LayerFile.of(file), bytes);
      }
    } catch (OsException e) {
      overlays.share(node, LayerFile.unknown(), bytes);
    }
  }

  private Stream<OpenFile> file(String node) {
    return nodes.stream()
        .filter(one -> one.name().equals(node))
        .flatMap(one -> FileSet.of(one.file()).stream())
        .flatMap(set -> sets.stream().filter(filled -> filled.set().equals(set)))
        .flatMap(filled -> filled.files().stream());
  }
}
