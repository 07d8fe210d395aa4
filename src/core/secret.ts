/** A name whose value is nobody else's business: of a header, a query parameter or a JSON field. */
export const SECRET_NAME = /auth|cookie|token|secret|key|password|passwd|credential|signature|^(?:sig|pwd)$/i;
