package io.vmfactory.bench.cases;

/** Is told how far a case is. */
public interface Progress {
  /**
   * @param done rounds that have ended
   * @param of how many there will be; 0 when that is not known
   * @param what is done now
   */
  void at(int done, int of, String what);
}
