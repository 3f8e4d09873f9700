package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Content;
import io.vmfactory.images.ext4.Ext4Exception;
import io.vmfactory.images.ext4.Ext4Image;
import io.vmfactory.images.ext4.FileData;
import io.vmfactory.images.ext4.FileNode;
import java.io.IOException;
import java.nio.file.Path;

/** One image being created: counts what is done, and looks at the deadline. */
final class Making {
  private final Ext4Image image;
  private final MakingProgress progress;
  private final Deadline deadline;
  private long files;
  private long bytes;

  private Making(Ext4Image image, MakingProgress progress, Deadline deadline) {
    this.image = image;
    this.progress = progress;
    this.deadline = deadline;
  }

  /** Writes the contents of all files, and returns the root directory. */
  @FunctionalInterface
  interface Source {
    FileNode write(Making making) throws IOException;
  }

  /**
   * Creates an image in {@code folder}.
   *
   * @param bytes the size of its file system
   */
  static Path make(
      Path folder, long bytes, Source source, MakingProgress progress, Deadline deadline)
      throws IOException {
    Path file = folder.resolve("image");
    try (Ext4Image image = Ext4Image.create(file, bytes)) {
      image.finish(source.write(new Making(image, progress, deadline)));
      return file;
    } catch (Ext4Exception e) {
      throw e.isFull()
          ? new ImageException(
              Reason.TOO_LARGE,
              "does not fit into a file system of %d MiB: %s; increase runtime.rootfs_size"
                  .formatted(bytes >> 20, e.getMessage()),
              e)
          : new ImageException(Reason.INVALID, String.valueOf(e.getMessage()), e);
    } finally {
      progress.ended();
    }
  }

  /** Counts a file. Throws if the deadline has passed. */
  void next(String name) {
    deadline.check("reading " + name);
    progress.advanced(++files, bytes);
  }

  /** Writes the content of the file {@code name}. */
  FileData write(String name, long size, Content content) throws IOException {
    return image.write(
        size,
        new Content() {
          @Override
          public void read(long offset, byte[] into, int count) throws IOException {
            deadline.check("reading " + name);
            content.read(offset, into, count);
            bytes += count;
            progress.advanced(files, bytes);
          }

          @Override
          public long nextData(long offset) throws IOException {
            return content.nextData(offset);
          }
        });
  }

  void discard(FileData data) {
    image.discard(data);
  }
}
