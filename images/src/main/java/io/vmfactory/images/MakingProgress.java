package io.vmfactory.images;

/**
 * Learns how far the creation of an image is. Called often, by the thread that creates the image;
 * returns quickly and does not throw.
 */
public interface MakingProgress {
  /** Ignores all. */
  MakingProgress NONE =
      new MakingProgress() {
        @Override
        public void waiting() {}

        @Override
        public void advanced(long files, long bytes) {}

        @Override
        public void ended() {}
      };

  /** Another thread or process is creating the image, and the caller waits for it. */
  void waiting();

  /** So many files, and bytes of their contents, have been read. */
  void advanced(long files, long bytes);

  /** The wait or the creation has ended, well or not. */
  void ended();
}
