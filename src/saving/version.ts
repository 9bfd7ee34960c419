/** The version of Keras whose formats are written. */
export const kerasVersion = "3.15.1";
