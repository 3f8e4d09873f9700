package io.vmfactory.bench.cases;

/** Receives the progress of a case. */
public interface Progress {
  /**
   * Reports the progress.
   *
   * @param done rounds that have ended
   * @param of how many there will be; 0 if that is not known
   * @param what what is being done
   */
  void at(int done, int of, String what);
}
