/** A user name can be typed anywhere, a shell included. */
export const USERNAME = /^[\w.@-]{1,64}$/;
