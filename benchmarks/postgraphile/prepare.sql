-- What PostGraphile reads from the database: the links that have no foreign key, the masks, and the statistics.
comment on table project_beneficiary is E'@foreignKey (household_code, year) references household_year (household_code, year)\n@foreignKey (project_code) references project (project_code)';

create function household_year_masked_phone(h household_year) returns text language sql stable as $$
  select case when h.phone is null then null when length(h.phone) >= 9
    then substr(h.phone, 1, 3) || '****' || substr(h.phone, length(h.phone) - 3, 4) else '****' end
$$;

create function household_year_masked_bank_account(h household_year) returns text language sql stable as $$
  select case when h.bank_account is null then null when length(h.bank_account) >= 10
    then substr(h.bank_account, 1, 4) || '****' || substr(h.bank_account, length(h.bank_account) - 3, 4) else '****' end
$$;
